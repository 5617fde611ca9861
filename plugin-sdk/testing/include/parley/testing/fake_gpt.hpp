// A language model whose answers the test writes, and the table of parley.gpt/1 over it.
//
//     host.world().model.chat = parley::testing::answers({"first", "second"});
//     host.world().model.chat = [](const parley::Json& request) { ... throw parley::ServiceError(...); };
//
// What is not set answers PARLEY_NOT_CONFIGURED, as a host without a model does. A ServiceError thrown by an answer
// reaches the plugin as that status with that reason.
#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "parley/abi/services/gpt.h"
#include "world.hpp"

namespace parley::testing {

// Answers each question with the next of these texts; a question too many is a std::logic_error.
inline std::function<Json(const Json&)> answers(std::deque<std::string> texts) {
    return [texts = std::move(texts)](const Json&) mutable {
        if (texts.empty()) throw std::logic_error("the model is asked once more than the test has answers");
        Json answer = Json::object();
        answer["text"] = std::move(texts.front());
        texts.pop_front();
        return answer;
    };
}

// An answer that wants a tool run.
inline Json tool_answer(std::string name, Json arguments, std::string id = "call-1") {
    Json call = Json::object();
    call["id"] = std::move(id);
    call["name"] = std::move(name);
    call["arguments"] = std::move(arguments);
    Json answer = Json::object();
    answer["text"] = "";
    answer["tool_calls"].push_back(std::move(call));
    return answer;
}

namespace services {

// What is asked, as JSON, goes to `answer`, which puts into the sink, if `set`.
template <class Answer>
parley_status ask_model(parley_call* raw, parley_str request, bool set, Answer answer) {
    auto& call = Call::of(raw);
    if (!set) return call.fail(PARLEY_NOT_CONFIGURED, "no language model is set up");
    try {
        const auto question = Json::parse(detail::view(request));
        call.world.model.named = question["model"].as_string();
        return answer(call, question);
    } catch (const ServiceError& error) {
        return call.fail(static_cast<parley_status>(error.status()), error.reason());
    } catch (const JsonError& error) {
        return call.fail(PARLEY_INVALID, error.what());
    }
}

inline void put_json(parley_sink sink, const Json& json) {
    const auto text = json.dump();
    sink.put(sink.user, detail::str(text));
}

inline std::string keep_media(Call& call, std::string bytes) {
    auto& media = call.world.media;
    auto name = "created-" + std::to_string(media.size() + 1);
    media[name] = std::move(bytes);
    return name;
}

inline parley_status gpt_chat(parley_call* raw, parley_str request, parley_sink sink) {
    const auto& model = Call::of(raw).world.model;
    return ask_model(raw, request, bool(model.chat), [&](Call& call, const Json& question) {
        for (const auto& message : question["messages"].items()) {
            for (const auto& part : message["content"].items()) {
                const auto reference = part["media"].as_string();
                if (part["type"].as_string() == "image" && call.world.media.count(reference) == 0) {
                    return call.fail(PARLEY_INVALID, "no such media reference: " + reference);
                }
            }
        }
        put_json(sink, model.chat(question));
        return parley_status(PARLEY_OK);
    });
}

inline parley_status gpt_transcribe(parley_call* raw, parley_str request, parley_sink sink) {
    const auto& model = Call::of(raw).world.model;
    return ask_model(raw, request, bool(model.transcribe), [&](Call& call, const Json& question) {
        const auto file = call.world.media.find(question["media"].as_string());
        if (file == call.world.media.end()) return call.fail(PARLEY_INVALID, "no such media reference");
        Json answer = Json::object();
        answer["text"] = model.transcribe(file->second, question["language"].as_string());
        put_json(sink, answer);
        return parley_status(PARLEY_OK);
    });
}

inline parley_status gpt_speak(parley_call* raw, parley_str request, parley_sink sink) {
    const auto& model = Call::of(raw).world.model;
    return ask_model(raw, request, bool(model.speak), [&](Call& call, const Json& question) {
        const auto text = question["text"].as_string();
        if (text.empty()) return call.fail(PARLEY_INVALID, "there is nothing to say");
        const auto name = keep_media(call, model.speak(text, question["voice"].as_string()));
        sink.put(sink.user, detail::str(name));
        return parley_status(PARLEY_OK);
    });
}

inline parley_status gpt_draw(parley_call* raw, parley_str request, parley_sink sink) {
    const auto& model = Call::of(raw).world.model;
    return ask_model(raw, request, bool(model.draw), [&](Call& call, const Json& question) {
        const auto prompt = question["prompt"].as_string();
        if (prompt.empty()) return call.fail(PARLEY_INVALID, "there is nothing to draw");
        const auto name = keep_media(call, model.draw(prompt, question["size"].as_string()));
        sink.put(sink.user, detail::str(name));
        return parley_status(PARLEY_OK);
    });
}

inline parley_status gpt_embed(parley_call* raw, parley_str request, parley_sink sink) {
    const auto& model = Call::of(raw).world.model;
    return ask_model(raw, request, bool(model.embed), [&](Call&, const Json& question) {
        Json answer = Json::object();
        answer["vectors"] = Json::array();
        for (const auto& text : question["input"].items()) {
            Json row = Json::array();
            for (const double number : model.embed(text.as_string())) row.push_back(number);
            answer["vectors"].push_back(std::move(row));
        }
        put_json(sink, answer);
        return parley_status(PARLEY_OK);
    });
}

inline parley_status gpt_moderate(parley_call* raw, parley_str request, parley_sink sink) {
    const auto& model = Call::of(raw).world.model;
    return ask_model(raw, request, bool(model.moderate), [&](Call&, const Json& question) {
        Json categories = Json::array();
        for (const auto& category : model.moderate(question["text"].as_string())) categories.push_back(category);
        Json answer = Json::object();
        answer["flagged"] = categories.size() > 0;
        answer["categories"] = std::move(categories);
        put_json(sink, answer);
        return parley_status(PARLEY_OK);
    });
}

inline parley_status gpt_usage(parley_call* raw, parley_str request, parley_sink sink) {
    auto& call = Call::of(raw);
    const auto question = Json::parse(detail::view(request));
    if (question["of"].as_string() == "all" && !call.admin)
        return call.fail(PARLEY_DENIED, "only admins may see what others used");
    Json answer = Json::object();
    answer["rows"] = Json::array();
    if (call.world.model.usage) answer = call.world.model.usage(question);
    put_json(sink, answer);
    return PARLEY_OK;
}

}  // namespace services
}  // namespace parley::testing
