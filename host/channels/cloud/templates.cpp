#include "channels/cloud/templates.hpp"

#include <boost/json/serialize.hpp>

#include "core/json_reader.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kPage = 100, kMostInAll = 6'000;

MessageTemplate read_template(const JsonReader& item) {
    MessageTemplate found;
    found.id = item["id"].text_or("");
    found.name = item["name"].string_or("");
    found.language = item["language"].string_or("");
    found.status = item["status"].string_or("");
    found.category = item["category"].string_or("");
    if (item) found.raw = boost::json::serialize(*item.value());
    return found;
}

Result<TemplatePage> read_page(const net::ClientResult& answer) {
    const Result<boost::json::value> document = read_graph_answer(answer);
    if (!document) return document.error();
    JsonProblem ignored;
    const JsonReader root(*document, ignored);
    TemplatePage page;
    for (std::size_t i = 0; i < root["data"].size(); ++i) page.templates.push_back(read_template(root["data"][i]));
    // Without "next" this was the last page, though there is a cursor.
    if (root["paging"]["next"]) page.next = root["paging"]["cursors"]["after"].string_or("");
    return page;
}

Error no_account() {
    return make_error(Errc::invalid, "templates belong to a WhatsApp Business account: configure its id (waba_id)");
}

Result<void> check_new(std::string_view json) {
    const Result<boost::json::value> document = parse_json(json);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    for (const char* key : {"name", "language", "category"}) {
        if (root[key].view_or("").empty()) root[key].complain("is missing");
    }
    if (problem) return problem.error();
    return {};
}

}  // namespace

void CloudTemplates::list(std::string_view name, std::string_view after,
                          UniqueFunction<void(Result<TemplatePage>)> done) const {
    if (waba_id_.empty()) return done(no_account());
    net::FormFields query{{"limit", std::to_string(kPage)}};
    if (!name.empty()) query.emplace_back("name", name);
    if (!after.empty()) query.emplace_back("after", after);
    const auto make = [path = "/" + waba_id_ + "/message_templates", query](
                          const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
        return graph.get(path, query, token);
    };
    caller_->call(make, [done = std::move(done)](net::ClientResult answer) mutable { done(read_page(answer)); });
}

void CloudTemplates::list_all(UniqueFunction<void(Result<std::vector<MessageTemplate>>)> done) const {
    // Asks page after page; each answer's callback holds it.
    struct Listing : std::enable_shared_from_this<Listing> {
        CloudTemplates templates;
        std::vector<MessageTemplate> found;
        UniqueFunction<void(Result<std::vector<MessageTemplate>>)> done;

        Listing(const CloudTemplates& source, UniqueFunction<void(Result<std::vector<MessageTemplate>>)> on_done)
            : templates(source), done(std::move(on_done)) {}

        void ask(const std::string& after) {
            templates.list("", after, [self = shared_from_this(), after](Result<TemplatePage> page) {
                if (!page) return self->done(page.error());
                std::move(page->templates.begin(), page->templates.end(), std::back_inserter(self->found));
                const bool goes_on = !page->next.empty() && page->next != after && !page->templates.empty();
                if (goes_on && self->found.size() < kMostInAll) return self->ask(page->next);
                self->done(std::move(self->found));
            });
        }
    };
    std::make_shared<Listing>(*this, std::move(done))->ask("");
}

void CloudTemplates::create(std::string_view json, UniqueFunction<void(Result<MessageTemplate>)> done) const {
    if (waba_id_.empty()) return done(no_account());
    if (const Result<void> checked = check_new(json); !checked) return done(checked.error());
    const auto make = [path = "/" + waba_id_ + "/message_templates", body = std::string(json)](
                          const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
        return graph.post_json(path, body, token);
    };
    caller_->call(make, [done = std::move(done)](net::ClientResult answer) mutable {
        const Result<boost::json::value> document = read_graph_answer(answer);
        if (!document) return done(document.error());
        JsonProblem ignored;
        done(read_template(JsonReader(*document, ignored)));
    });
}

void CloudTemplates::remove(std::string_view name, std::string_view id, UniqueFunction<void(Result<void>)> done) const {
    if (waba_id_.empty()) return done(no_account());
    if (name.empty()) return done(make_error(Errc::invalid, "name the template that is to be deleted"));
    net::FormFields query{{"name", std::string(name)}};
    if (!id.empty()) query.emplace_back("hsm_id", id);
    const auto make = [path = "/" + waba_id_ + "/message_templates", query](
                          const Graph& graph, const Secret& token) -> Result<net::ClientRequest> {
        return graph.remove(path, query, token);
    };
    caller_->call(make, [done = std::move(done)](net::ClientResult answer) mutable {
        const Result<boost::json::value> document = read_graph_answer(answer);
        if (!document) return done(document.error());
        done({});
    });
}

}  // namespace parley::channels
