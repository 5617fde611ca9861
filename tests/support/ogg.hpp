// Recordings in Ogg (RFC 3533).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace parley::test {

struct OggPage {
    std::vector<std::string> packets;
    std::string serial = "note";
    bool first = false;    // of its stream
    bool goes_on = false;  // its first packet is the rest of one
    bool open = false;     // its last packet goes on in the next page: its size is a multiple of 255
};

inline std::string ogg_page(const OggPage& given) {
    std::string sizes, data;
    for (const auto& packet : given.packets) {
        sizes += std::string(packet.size() / 255, '\xff') + static_cast<char>(packet.size() % 255);
        data += packet;
    }
    if (given.open) sizes.pop_back();
    auto page = "OggS" + std::string(1, '\0') + static_cast<char>((given.first ? 2 : 0) + (given.goes_on ? 1 : 0)) +
                std::string(8, '\0') + given.serial + std::string(8, '\0') + static_cast<char>(sizes.size()) + sizes +
                data;
    std::uint32_t sum = 0;
    for (const char byte : page) {
        sum ^= static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) << 24;
        for (int bit = 0; bit < 8; ++bit) sum = sum << 1 ^ (sum >> 31 != 0 ? 0x04C11DB7u : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) page[22 + i] = static_cast<char>(sum >> (8 * i) & 0xff);
    return page;
}

// Opus (RFC 7845) of these packets.
inline std::string opus(const std::vector<std::string>& packets) {
    return ogg_page({{"OpusHead and more"}, "note", true}) + ogg_page({{"OpusTags" + std::string(600, ' ')}}) +
           ogg_page({packets});
}

// So many packets of 20 ms, 50 of them a page.
inline std::string opus(int packets) {
    auto all = opus(std::vector<std::string>(static_cast<std::size_t>(packets % 50), "\xF8x"));
    const auto page = ogg_page({std::vector<std::string>(50, "\xF8x")});
    for (int pages = packets / 50; pages > 0; --pages) all += page;
    return all;
}

}  // namespace parley::test
