// The language model: what it can do, found out by asking.

#include <boost/json.hpp>

#include "app/api/operations.hpp"

namespace parley::app {
namespace {

void test(Application& app, api::Call call) {
    app.language().provider().probe(
        probe_within,
        [respond = std::move(call.respond)](const gpt::Probed& found) mutable { respond(answer(to_json(found))); });
}

}  // namespace

void add_language_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "testLanguageModel", test);
}

}  // namespace parley::app
