#include "plugins/loaded_code.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>

namespace parley::plugins {
namespace {

struct Range {
    std::uintptr_t base = 0, begin = 0, end = 0;
};

// Written by whoever loads a plugin, read in a signal handler at any moment: `end` is 0 while the rest is being filled.
struct Slot {
    std::atomic<std::uintptr_t> begin{0}, end{0};
    std::atomic<std::uint64_t> generation{0};
    std::array<char, 65> id{};
};

constexpr unsigned most_slots = 256;  // then the oldest is overwritten
std::array<Slot, most_slots> slots;
std::atomic<unsigned> noted{0};

int take_range(dl_phdr_info* info, std::size_t, void* user) {
    auto& range = *static_cast<Range*>(user);
    if (info->dlpi_addr != range.base) return 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& part = info->dlpi_phdr[i];
        if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
        const std::uintptr_t begin = range.base + part.p_vaddr;
        range.begin = range.end == 0 ? begin : std::min(range.begin, begin);
        range.end = std::max<std::uintptr_t>(range.end, begin + part.p_memsz);
    }
    return 1;
}

// The newest first: an address may have been used again.
CodeOwner find(std::uintptr_t address) {
    const unsigned count = noted.load(std::memory_order_acquire);
    for (unsigned back = 1; back <= std::min(count, most_slots); ++back) {
        const auto& slot = slots[(count - back) % most_slots];
        if (address < slot.end.load(std::memory_order_acquire) && address >= slot.begin.load(std::memory_order_relaxed))
            return {slot.id.data(), slot.generation.load(std::memory_order_relaxed)};
    }
    return {nullptr, 0};
}

struct Registers {
    std::uintptr_t program_counter, stack;
};

Registers registers_of(const ucontext_t& context) {
#if defined(__x86_64__)
    return {static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]),
            static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RSP])};
#elif defined(__aarch64__)
    return {static_cast<std::uintptr_t>(context.uc_mcontext.pc), static_cast<std::uintptr_t>(context.uc_mcontext.sp)};
#else
    static_cast<void>(context);
    return {0, 0};
#endif
}

// Return addresses on the stack. Read through the kernel, which says where the stack ends instead of crashing again.
CodeOwner find_on_stack(std::uintptr_t stack) {
    constexpr std::size_t page = 4096, depth = 64 * 1024;
    std::array<std::uintptr_t, page / sizeof(std::uintptr_t)> words;
    const std::uintptr_t end = stack + depth;
    for (stack &= ~(sizeof(std::uintptr_t) - 1); stack < end;) {
        const std::size_t size = page - stack % page;
        const iovec here{words.data(), size}, there{reinterpret_cast<void*>(stack), size};
        if (::process_vm_readv(::getpid(), &here, 1, &there, 1, 0) != static_cast<ssize_t>(size)) break;
        for (std::size_t i = 0; i < size / sizeof(std::uintptr_t); ++i)
            if (const auto owner = find(words[i]); owner.id) return owner;
        stack += size;
    }
    return {nullptr, 0};
}

}  // namespace

void note_code(void* handle, const std::string& id, std::uint64_t generation) {
    link_map* map = nullptr;
    if (::dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) return;
    Range range{map->l_addr};
    ::dl_iterate_phdr(&take_range, &range);
    auto& slot = slots[noted.load() % most_slots];
    slot.end.store(0, std::memory_order_release);
    slot.id.fill('\0');
    std::copy_n(id.begin(), std::min(id.size(), slot.id.size() - 1), slot.id.begin());
    slot.generation.store(generation, std::memory_order_relaxed);
    slot.begin.store(range.begin, std::memory_order_relaxed);
    slot.end.store(range.end, std::memory_order_release);
    noted.fetch_add(1, std::memory_order_release);
}

CodeOwner owner_of_code(const ucontext_t& interrupted) {
    const auto at = registers_of(interrupted);
    if (const auto owner = find(at.program_counter); owner.id) return owner;
    // Threads that the host made for plugins have a stack for signals, and say themselves whose hook they are in.
    const bool foreign = (interrupted.uc_stack.ss_flags & SS_DISABLE) != 0;
    return foreign ? find_on_stack(at.stack) : CodeOwner{nullptr, 0};
}

}  // namespace parley::plugins
