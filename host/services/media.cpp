#include "parley/abi/services/media.h"

#include "core/text.hpp"
#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

constexpr std::size_t largest_in_memory = 64u << 20;

// The incoming file, in the media store. Waits for the download the first time. That there is none to be had, for
// whatever reason, is Errc::unavailable: it is not the plugin's failure.
Result<Media> incoming(parley_call* call) {
    const auto* message = call->state.message;
    if (!message || !message->media) return make_error(Errc::not_found, "the message has no file");
    plugins::HandlerPool::BlockingSection waiting;
    auto media = call->services.with().fetch_media(*message, call->state.patience());
    if (media || media.error().code == Errc::timeout) return media;
    constexpr std::string_view what = "the file could not be fetched: ";
    const auto& why = media.error().message;
    return make_error(Errc::unavailable, why.starts_with(what) ? why : std::string(what) + why);
}

parley_status fail_with(parley_call* call, const Error& error) {
    return call->fail(to_status(error.code), error.message);
}

parley_status read(parley_call* call, parley_sink bytes) {
    return guarded(call, [&]() -> parley_status {
        const auto media = incoming(call);
        if (!media) return fail_with(call, media.error());
        if (media->size > largest_in_memory)
            return call->fail(PARLEY_TOO_LARGE, "the file has more than 64 MiB: use path() instead");
        const auto content = call->services.with().media.read(media->stored);
        if (!content) return fail_with(call, content.error());
        put(bytes, *content);
        return PARLEY_OK;
    });
}

parley_status path(parley_call* call, parley_sink where) {
    return guarded(call, [&]() -> parley_status {
        const auto media = incoming(call);
        if (!media) return fail_with(call, media.error());
        put(where, call->services.with().media.path(media->stored));
        return PARLEY_OK;
    });
}

parley_status reference(parley_call* call, parley_sink result) {
    return guarded(call, [&]() -> parley_status {
        const auto media = incoming(call);
        if (!media) return fail_with(call, media.error());
        put(result, media->stored);
        return PARLEY_OK;
    });
}

parley_status create(parley_call* call, parley_str bytes, parley_str mime, parley_sink result) {
    return guarded(call, [&]() -> parley_status {
        if (bytes.size > largest_in_memory) return call->fail(PARLEY_TOO_LARGE, "a file may have at most 64 MiB");
        plugins::HandlerPool::BlockingSection waiting;
        const auto media = call->services.with().media.put(view(bytes), view(mime));
        if (!media) return fail_with(call, media.error());
        put(result, media->stored);
        return PARLEY_OK;
    });
}

// Waits for the download when it is the incoming file, then for the child that reads it.
Result<std::string> document_text(parley_call* call, std::string reference) {
    if (reference.empty()) {
        const auto media = incoming(call);
        if (!media) return media.error();
        reference = media->stored;
    }
    plugins::HandlerPool::BlockingSection waiting;
    const auto read = call->services.with().documents.read_now(std::move(reference), call->state.patience());
    if (!read) return read.error();
    if (!read->truncated) return read->text;
    constexpr std::string_view note = "\n[The document goes on, but only this much of it was read.]";
    return std::string(text::truncate_utf8(read->text, extract::most_text - note.size())) + std::string(note);
}

parley_status text(parley_call* call, parley_str reference, parley_sink result) {
    return guarded(call, [&]() -> parley_status {
        const auto content = document_text(call, std::string(view(reference)));
        if (!content) return fail_with(call, content.error());
        put(result, *content);
        return PARLEY_OK;
    });
}

constexpr parley_media table{sizeof(parley_media), read, path, reference, create, text};

}  // namespace

const void* const media_table = &table;

}  // namespace parley::services
