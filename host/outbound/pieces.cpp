#include "outbound/pieces.hpp"

#include "channels/split_text.hpp"

namespace parley::outbound {

std::vector<Outbound> in_pieces(Outbound message, std::size_t max_units) {
    std::vector<Outbound> pieces;
    const bool fits = max_units == 0 || message.kind != OutboundKind::text || message.text.size() <= max_units ||
                      channels::text_units(message.text) <= max_units;
    if (fits) {
        pieces.push_back(std::move(message));
        return pieces;
    }
    const std::string whole = std::move(message.text);
    for (auto& text : channels::split_text(whole, max_units)) {
        pieces.push_back(message);
        pieces.back().text = std::move(text);
        message.reply_to.clear();
    }
    return pieces;
}

}  // namespace parley::outbound
