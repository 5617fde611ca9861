#include "gpt/chat_task.hpp"

#include "core/ids.hpp"
#include "gpt/json_schema.hpp"
#include "gpt/settle.hpp"

namespace parley::gpt {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_lessons = 6;         // of one question: what a server refuses, one after the other
constexpr std::size_t most_images = 20u << 20;  // bytes of all pictures of a question
constexpr int least_answer = 16;                // tokens: with less there is no point in asking again

std::size_t image_bytes(const ChatRequest& request) {
    std::size_t bytes = 0;
    for (const auto& message : request.messages)
        for (const auto& image : message.images) bytes += image.bytes.size();
    return bytes;
}

bool has_images(const ChatRequest& request) {
    for (const auto& message : request.messages)
        if (!message.images.empty()) return true;
    return false;
}

}  // namespace

ChatTask::ChatTask(std::shared_ptr<Core> core, ChatRequest request, Done<ChatAnswer> done)
    : core_(std::move(core)),
      request_(std::move(request)),
      done_(std::move(done)),
      deadline_(core_->limit(request_.deadline)) {}

void ChatTask::start() {
    core_->executor.post([self = shared_from_this()] { self->prepare(); });
}

void ChatTask::prepare() {
    options_ = core_->options();
    if (!options_.configured()) return finish(not_configured());
    if (request_.messages.empty()) return finish(ModelError{Fault::invalid, "there is no question", {}});
    if (image_bytes(request_) > most_images)
        return finish(ModelError{Fault::too_long, "the pictures have more than 20 MiB together", {}});
    const auto left = left_until(deadline_);
    if (left <= milliseconds(0)) return time_is_up();
    timer_ = core_->executor.after(left, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->time_is_up();
    });
    model_ = request_.model.empty() ? options_.model : request_.model;
    // Without a path or a model there is nothing to ask before the server was looked at.
    const auto endpoint = parse_endpoint(options_.base_url);
    const bool needed = model_.empty() || (endpoint && !endpoint->path_known);
    const auto looked = core_->discovery.find(options_, needed, [self = shared_from_this()](const Found& what) {
        if (self->done_) self->found(what);
    });
    if (!looked) finish(ModelError{Fault::invalid, looked.error().message, {}});
}

void ChatTask::found(const Found& found) {
    endpoint_ = found.endpoint;
    if (model_.empty()) model_ = found.chat_model();
    profile_ = core_->profiles.find(endpoint_, model_, options_.profile);
    Profile ignored;
    if (const auto understood = apply_override(ignored, options_.profile); !understood)
        core_->log.warn("gpt.profile", {{"problem", understood.error().message}});
    if (profile_.context == 0) profile_.context = found.context_of(model_);
    if (request_.model.empty()) {
        core_->context = profile_.context;
        core_->scale = core_->scale_of(endpoint_, model_);
    }
    attempt();
}

void ChatTask::attempt() {
    if (has_images(request_) && !profile_.vision)
        return finish(ModelError{Fault::unsupported, "the model " + model_ + " cannot see pictures", spent_});
    ++exchange_;
    lingering_ = false;
    sink_.reset();  // what it brought has been settled
    const int max_tokens = most_of_an_answer();
    // The question does not change while it is under way.
    core_->away(
        image_bytes(request_),
        [self = shared_from_this(), model = model_, profile = asked_by(), max_tokens] {
            return dialect_of(profile).body(self->request_, model, profile, max_tokens);
        },
        [self = shared_from_this(), exchange = exchange_](std::string body) {
            if (self->done_ && exchange == self->exchange_) self->send(std::move(body));
        });
}

int ChatTask::most_of_an_answer() const {
    auto tokens = request_.max_tokens > 0 ? request_.max_tokens : default_max_tokens;
    if (profile_.context > 0) tokens = std::min(tokens, std::max(profile_.context / 2, 1));
    if (request_.most.output_tokens == 0) return tokens;
    return static_cast<int>(std::min<std::int64_t>(tokens, request_.most.output_tokens - spent_.output_tokens));
}

// Nothing that it costs may be more than was reserved.
bool ChatTask::may_ask_again(std::int64_t more_input) const {
    if (request_.most.output_tokens == 0 || next_input_ == 0) return true;
    return spent_.input_tokens + next_input_ + more_input <= request_.most.input_tokens &&
           most_of_an_answer() >= least_answer;
}

// The profile as it is for this question.
Profile ChatTask::asked_by() const {
    Profile profile = profile_;
    if (!request_.tools.empty() && profile.tools && !profile.stream_tools) profile.stream = false;
    return profile;
}

void ChatTask::send(std::string body) {
    const auto& dialect = dialect_of(profile_);
    sink_ = std::make_shared<AnswerSink>(dialect.reader(), [weak = weak_from_this(), exchange = exchange_] {
        if (const auto self = weak.lock()) self->progressed(exchange);
    });
    auto request =
        api_request(options_, endpoint_.base + dialect.path(), std::move(body), "application/json", deadline_);
    request.headers.set("Accept", asked_by().stream ? "text/event-stream, application/json" : "application/json");
    request.idle_timeout_ms = static_cast<int>(core_->patience.idle.count());
    request.sink = sink_;
    core_->client.send(std::move(request), [self = shared_from_this(), exchange = exchange_](net::ClientResult result) {
        self->ended(exchange, &result);
    });
}

// The last word may be there long before the server closes the body, if it ever does.
void ChatTask::progressed(int exchange) {
    if (!done_ || exchange != exchange_ || lingering_) return;
    const auto& reply = sink_->reply();
    if (!reply.over && reply.end == Reply::End::none && !reply.error) return;
    lingering_ = true;
    const auto wait = reply.over ? milliseconds(0) : core_->patience.linger;
    core_->executor.after(wait, [weak = weak_from_this(), exchange] {
        if (const auto self = weak.lock()) self->ended(exchange, nullptr);
    });
}

// `result`: null when the answer is complete and only the exchange goes on.
void ChatTask::ended(int exchange, const net::ClientResult* result) {
    if (!done_ || exchange != exchange_) return;
    ++exchange_;
    ++attempts_;
    if (!result) return settled(false);
    if (*result && (*result)->status != 200) return refused(**result);
    if (*result && !sink_->finish()) {
        const auto error = read_error(200, sink_->raw());
        const bool in_doubt = !is_web_page(sink_->raw());
        return failed({{Fault::away, endpoint_.base + " answered with " + error.message, {}, in_doubt}, true, {}});
    }
    const auto& reply = sink_->reply();
    if (!*result && !reply.begun() && !reply.error) return failed(classify(result->error()));
    settled(!*result);
}

void ChatTask::refused(const net::ClientResponse& response) {
    const auto error = read_error(response.status, response.body);
    auto failure = classify(error, response.headers, unix_now());
    failure.error.message = without_key(std::move(failure.error.message), options_.key);
    core_->log.warn("gpt.refused", {{"status", response.status},
                                    {"why", failure.error.message},
                                    {"request_id", response.headers.get("X-Request-Id")}});
    const bool may_learn = failure.error.fault == Fault::invalid || failure.error.fault == Fault::away;
    if (may_learn && adapt(error)) return;
    failed(std::move(failure));
}

// Asks again at once, in other words, when the error is about the words.
bool ChatTask::adapt(const ProviderError& error) {
    Profile changed = profile_;
    const auto lesson = learn(changed, error);
    if (!lesson || learned_.size() >= most_lessons || !learned_.insert(*lesson).second) return false;
    core_->log.info("gpt.learned", {{"base", endpoint_.base}, {"model", model_}, {"lesson", *lesson}});
    profile_ = changed;
    core_->profiles.remember(endpoint_, model_, profile_);
    --attempts_;
    attempt();
    return true;
}

void ChatTask::settled(bool broken) {
    auto& reply = sink_->reply();
    if (reply.error && !reply.begun() && adapt(*reply.error)) return;
    if (!broken) learn_tokens(reply);
    auto outcome = settle(reply, request_, model_, core_->scale_of(endpoint_, model_), broken);
    if (auto* failure = std::get_if<Failure>(&outcome)) {
        spend(failure->error.usage);
        // It ended without a word about what it took.
        if (!reply.error && failure->error.usage.input_tokens == 0) failure->error.in_doubt = true;
        return failed(std::move(*failure));
    }
    auto& answer = std::get<ChatAnswer>(outcome);
    answer.streamed = sink_->streamed();
    answered(std::move(answer));
}

// What was really counted corrects the estimates of questions to come.
void ChatTask::learn_tokens(const Reply& reply) {
    const bool whole = request_.tools.empty() || profile_.tools;  // else it counted less than was meant
    if (!reply.usage || !whole) return;
    auto& scale = core_->scale_of(endpoint_, model_);
    scale.learn(request_, reply.usage->input_tokens);
    if (request_.model.empty()) core_->scale = scale;
}

void ChatTask::answered(ChatAnswer answer) {
    spend(answer.usage);
    answer.usage = spent_;
    if (request_.schema.empty() || !answer.tool_calls.empty()) return finish(std::move(answer));
    auto fitting = extract_json(answer.text, request_.schema);
    if (fitting) {
        answer.text = std::move(*fitting);
        answer.truncated = false;
        return finish(std::move(answer));
    }
    const auto& what = fitting.error().message;
    const auto bytes = answer.text.size() + what.size() + schema_in_words(request_).size() + 64;
    const auto added = static_cast<std::int64_t>(bytes);
    if (mended_ || left_until(deadline_) < milliseconds(1'000) || !may_ask_again(added)) {
        return finish(
            ModelError{Fault::invalid, "the model does not answer with JSON that fits the schema: " + what, spent_});
    }
    next_input_ += added;
    mend(answer.text, what);
}

// One more turn, with the model's own answer and what is wrong with it.
void ChatTask::mend(const std::string& answer, const std::string& what) {
    mended_ = true;
    ChatMessage own, demand;
    own.role = Role::assistant;
    own.text = answer;
    demand.text = "This does not fit: " + what + ". " + schema_in_words(request_);
    request_.messages.push_back(std::move(own));
    request_.messages.push_back(std::move(demand));
    attempt();
}

void ChatTask::failed(Failure failure) {
    sink_.reset();  // what it brought has been settled
    const auto wait = next_attempt(failure, attempts_, left_until(deadline_), core_->chance(), core_->patience.retries);
    failure.error.usage = spent_;
    // What may have cost all that is reserved leaves nothing for another attempt.
    const bool used_up = failure.error.in_doubt && request_.most.output_tokens > 0;
    if (!wait || used_up || !may_ask_again()) return finish(std::move(failure.error));
    core_->log.info("gpt.retry", {{"why", failure.error.message}, {"attempt", attempts_}, {"wait_ms", wait->count()}});
    core_->executor.after(*wait, [self = shared_from_this()] {
        if (self->done_) self->attempt();
    });
}

// What there is of an answer is better than none.
void ChatTask::time_is_up() {
    if (!done_) return;
    ModelError late{Fault::timeout, "the model did not answer in time", spent_};
    if (!sink_ || !sink_->reply().begun()) {
        late.in_doubt = sink_ != nullptr;  // a question is under way
        return finish(std::move(late));
    }
    auto outcome = settle(sink_->reply(), request_, model_, core_->scale_of(endpoint_, model_), true);
    if (auto* failure = std::get_if<Failure>(&outcome)) {
        spend(failure->error.usage);
        late.usage = spent_;
        return finish(std::move(late));
    }
    auto& answer = std::get<ChatAnswer>(outcome);
    spend(answer.usage);
    answer.usage = spent_;
    late.usage = spent_;
    if (!request_.schema.empty()) return finish(std::move(late));
    finish(std::move(answer));
}

void ChatTask::spend(const Usage& usage) {
    spent_.input_tokens += usage.input_tokens;
    spent_.output_tokens += usage.output_tokens;
    spent_.estimated = spent_.estimated || usage.estimated;
    // It takes what the server counted this time; an estimate may be too low.
    if (usage.input_tokens > 0) next_input_ = usage.estimated ? request_.most.input_tokens : usage.input_tokens;
}

void ChatTask::finish(Outcome<ChatAnswer> outcome) {
    if (!done_) return;
    core_->executor.cancel(std::exchange(timer_, 0));
    if (!outcome) {
        auto error = outcome.error();
        error.message = without_key(std::move(error.message), options_.key);
        outcome = std::move(error);
        core_->log.warn("gpt.failed", {{"model", model_}, {"why", outcome.error().message}});
    }
    auto done = std::exchange(done_, nullptr);
    done(std::move(outcome));
}

}  // namespace parley::gpt
