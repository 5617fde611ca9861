// The JSON of parley.gpt/1: what a plugin asks, and what it is answered. Pure, but for the files, which are read from
// the media store.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "gpt/model.hpp"
#include "media/store.hpp"

namespace parley::services {

// A stored picture, made fit for a model; blocks.
using ReadPicture = std::function<Result<gpt::Image>(const Media& picture)>;

// Errc::invalid names what is wrong; Errc::not_found: no such file.
Result<gpt::ChatRequest> chat_request_from(std::string_view json, const media::Store& media, const ReadPicture& read);
Result<gpt::TranscribeRequest> transcribe_request_from(std::string_view json, const media::Store& media);
Result<gpt::SpeakRequest> speak_request_from(std::string_view json);
Result<gpt::DrawRequest> draw_request_from(std::string_view json);
Result<gpt::EmbedRequest> embed_request_from(std::string_view json);
Result<gpt::ModerateRequest> moderate_request_from(std::string_view json);

std::string to_json(const gpt::ChatAnswer& answer);
std::string to_json(const gpt::Transcript& transcript);
std::string to_json(const gpt::Embeddings& embeddings);
std::string to_json(const gpt::Verdict& verdict);

}  // namespace parley::services
