// For plugins that ask the language model: what a command is to work on, and words for the user when the model does not
// answer. Not part of plugin.hpp.
//
//     const auto given = parley::model::material(ctx);
//     if (given.is_picture()) question.images.push_back(given.file);
//     ctx.reply(parley::model::chat(ctx, "Describe it in one line.", question));
#pragma once

#include <string>
#include <utility>

#include "plugin.hpp"

namespace parley::model {

inline std::string words_for(const ServiceError& error) {
    switch (error.status()) {
        case Status::not_configured:
            return "No language model is set up for this bot, so it cannot do that. An admin can set one up.";
        case Status::unsupported:
            return error.reason().empty() ? "The language model of this bot cannot do that." : error.reason();
        case Status::unavailable:
        case Status::timeout:
            return "The language model cannot be reached at the moment. Please try again later.";
        case Status::denied:
        case Status::invalid:
        case Status::too_large:
            return error.reason();
        default:
            return {};
    }
}

// Runs `ask`. What it cannot do becomes an answer to the user; what only admins can mend stays an error.
template <class Ask>
auto answer(Ask ask) {
    try {
        return ask();
    } catch (const ServiceError& error) {
        const auto words = words_for(error);
        if (words.empty()) throw;
        throw UserError(words);
    }
}

// One question under one instruction.
inline std::string chat(const Context& ctx, std::string instruction, ChatMessage question) {
    ChatRequest request;
    request.messages.push_back({"system", std::move(instruction)});
    request.messages.push_back(std::move(question));
    auto text = answer([&] { return ctx.gpt().chat(request).text; });
    if (text.empty()) throw UserError("The language model had nothing to say to that.");
    return text;
}

struct Material {
    std::string kind;    // "image", "audio", "document", ...; empty: there is no file
    std::string file;    // its reference
    std::string quoted;  // the words of the quoted message, or its caption

    bool is_picture() const { return kind == "image" || kind == "sticker"; }
    bool is_speech() const { return kind == "audio" || kind == "video"; }
};

inline Material material(const Context& ctx) {
    Material found;
    const auto& message = ctx.message();
    const auto quoted = message.reply_to().empty() ? std::nullopt : ctx.messaging().quoted();
    if (quoted) found.quoted = quoted->text;
    if (message.has_media()) {
        found.kind = message.media_kind();
        found.file = ctx.media().require();
    } else if (quoted && !quoted->media_kind.empty()) {
        found.kind = quoted->media_kind;
        found.file = quoted->media;
        if (found.file.empty()) throw UserError("The quoted file is not here any more, or not yet.");
    }
    return found;
}

// The text of a document.
inline std::string read_document(const Context& ctx, const Material& from) {
    const auto text = answer([&]() -> std::string { return ctx.media().text(from.file).value_or(""); });
    if (text.empty()) throw UserError("I find no text in that file.");
    return text;
}

// All words in what was given: of the quoted message, and what a recording says or a document holds. None for a picture
// alone.
inline std::string words_of(const Context& ctx, const Material& from) {
    std::string words = from.quoted, inside;
    if (from.is_speech()) {
        inside = answer([&] { return ctx.gpt().transcribe(from.file).text; });
    } else if (!from.kind.empty() && !from.is_picture()) {
        inside = read_document(ctx, from);
    }
    if (!words.empty() && !inside.empty()) words += "\n\n";
    return words + inside;
}

}  // namespace parley::model
