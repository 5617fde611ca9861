#include "gpt/api_call.hpp"

#include "core/ids.hpp"

namespace parley::gpt {

using std::chrono::milliseconds;

ApiCall::ApiCall(std::shared_ptr<Core> core, Plan plan, SteadyTime deadline, Done<net::ClientResponse> done)
    : core_(std::move(core)), plan_(std::move(plan)), deadline_(core_->limit(deadline)), done_(std::move(done)) {}

void ApiCall::start() {
    core_->executor.post([self = shared_from_this()] { self->prepare(); });
}

void ApiCall::prepare() {
    options_ = core_->options();
    if (!options_.configured()) return finish(not_configured());
    const auto late = [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->finish(ModelError{
                Fault::timeout, std::string(self->plan_.what) + ": no answer in time", {}, self->under_way_});
    };
    timer_ = core_->executor.after(std::max(left_until(deadline_), milliseconds(0)), late);
    model_ = plan_.model.empty() ? options_.*plan_.configured : plan_.model;
    const auto endpoint = parse_endpoint(options_.base_url);
    const bool needed = model_.empty() || (endpoint && !endpoint->path_known);
    const auto looked = core_->discovery.find(options_, needed, [self = shared_from_this()](const Found& found) {
        if (!self->done_) return;
        self->endpoint_ = found.endpoint;
        if (self->model_.empty()) self->model_ = self->plan_.otherwise(found);
        self->attempt();
    });
    if (!looked) finish(ModelError{Fault::invalid, looked.error().message, {}});
}

void ApiCall::attempt() {
    core_->away(
        plan_.bytes,
        [self = shared_from_this()] {
            return self->plan_.make(self->options_, self->endpoint_, self->model_, self->deadline_);
        },
        [self = shared_from_this()](net::ClientRequest request) {
            if (self->done_) self->send(std::move(request));
        });
}

void ApiCall::send(net::ClientRequest request) {
    under_way_ = true;
    core_->client.send(std::move(request),
                       [self = shared_from_this()](net::ClientResult result) { self->ended(std::move(result)); });
}

void ApiCall::ended(net::ClientResult result) {
    if (!done_) return;
    under_way_ = false;
    ++attempts_;
    if (!result) return failed(classify(result.error()));
    if (result->status == 200) return finish(std::move(*result));
    const auto error = read_error(result->status, result->body);
    if (!adapted_ && plan_.adapt && plan_.adapt(error)) {
        adapted_ = true;
        return attempt();
    }
    auto failure = classify(error, result->headers, unix_now());
    failure.error.message = without_key(std::move(failure.error.message), options_.key);
    // A path that is not there: most servers of one's own have chats only.
    const bool no_such_path = (error.status == 404 || error.status == 405 || error.status == 501) &&
                              failure.error.fault != Fault::quota && error.words().find("model") == std::string::npos;
    if (no_such_path) {
        failure.error.fault = Fault::unsupported;
        failure.error.message = std::string("the server at ") + endpoint_.base + " offers no " + plan_.what;
        failure.retry = false;
    }
    core_->log.warn("gpt.refused", {{"what", plan_.what}, {"status", error.status}, {"why", failure.error.message}});
    failed(std::move(failure));
}

void ApiCall::failed(Failure failure) {
    const auto wait = next_attempt(failure, attempts_, left_until(deadline_), core_->chance(), core_->patience.retries);
    if (!wait || (plan_.charged && failure.error.in_doubt)) return finish(std::move(failure.error));
    core_->executor.after(*wait, [self = shared_from_this()] {
        if (self->done_) self->attempt();
    });
}

void ApiCall::finish(Outcome<net::ClientResponse> outcome) {
    if (!done_) return;
    core_->executor.cancel(std::exchange(timer_, 0));
    auto done = std::exchange(done_, nullptr);
    done(std::move(outcome));
}

}  // namespace parley::gpt
