#include "app/cli/campaign_create.hpp"

#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/csv_reader.hpp"
#include "app/cli/format.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

constexpr std::size_t chunk_lines = 500;
constexpr std::size_t chunk_bytes = 400'000;  // well below what a request may hold

struct Words {
    std::string name, account, text, template_name, language = "en_US", payload, at, recipients;
    double rate = 1;
};

const std::string all_campaigns = "/api/v1/campaigns";

std::string target_of(const std::string& id, const std::string& action) {
    return all_campaigns + "/" + id + "/" + action;
}

Result<json::object> template_payload(const Words& words, std::size_t parameters) {
    if (!words.payload.empty()) {
        json::error_code error;
        auto parsed = json::parse(words.payload, error);
        if (error || !parsed.is_object()) return make_error(Errc::invalid, "--payload must be a JSON object");
        return std::move(parsed.as_object());
    }
    json::object payload{{"name", words.template_name}, {"language", json::object{{"code", words.language}}}};
    json::array texts;
    for (std::size_t i = 1; i <= parameters; ++i)
        texts.push_back(json::object{{"type", "text"}, {"text", "{{" + std::to_string(i) + "}}"}});
    if (texts.empty()) return payload;
    json::object body;
    body["type"] = "body";
    body["parameters"] = std::move(texts);
    json::array components;
    components.push_back(std::move(body));
    payload["components"] = std::move(components);
    return payload;
}

struct Sum {
    std::int64_t added = 0, invalid = 0, duplicates = 0;
};

// The file goes over in chunks: a long one is never in memory, here or there.
Result<Sum> upload(const ControlClient& host, const std::string& id, CsvReader& file) {
    Sum sum;
    json::array chunk;
    std::size_t bytes = 0;
    const auto flush = [&]() -> Result<void> {
        if (chunk.empty()) return {};
        const auto answer =
            host.post(target_of(id, "recipients"), json::serialize(json::object{{"recipients", chunk}}));
        if (!answer) return answer.error();
        sum.added += number_of(answer->as_object(), "added");
        sum.invalid += number_of(answer->as_object(), "invalid");
        sum.duplicates += number_of(answer->as_object(), "duplicates");
        if (isatty(STDERR_FILENO) == 1) std::cerr << '\r' << sum.added << " recipients" << std::flush;
        chunk.clear();
        bytes = 0;
        return {};
    };
    while (auto record = file.next()) {
        json::array params;
        for (std::size_t i = 1; i < record->size(); ++i) {
            bytes += (*record)[i].size() + 8;
            params.emplace_back(std::move((*record)[i]));
        }
        bytes += record->front().size() + 40;
        chunk.push_back({{"line", file.line()}, {"to", record->front()}, {"params", std::move(params)}});
        if (chunk.size() < chunk_lines && bytes < chunk_bytes) continue;
        if (auto ok = flush(); !ok) return ok.error();
    }
    if (auto ok = flush(); !ok) return ok.error();
    if (isatty(STDERR_FILENO) == 1) std::cerr << "\r\x1b[K";
    return sum;
}

int create_campaign(const config::Config& config, const Words& words) {
    std::ifstream in(words.recipients);
    if (!in) return fail("cannot read " + words.recipients);
    CsvReader file(in);
    const auto header = file.next();
    if (!header) return fail(words.recipients + " is empty: its first line is a header, \"phone\" and then parameters");
    json::object body{{"name", words.name}, {"account", words.account}, {"rate", words.rate}};
    if (words.text.empty()) {
        auto payload = template_payload(words, header->size() - 1);
        if (!payload) return fail(payload.error().message);
        body["kind"] = "template";
        body["payload"] = std::move(*payload);
    } else {
        body["kind"] = "text";
        body["text"] = words.text;
    }
    const ControlClient host(completed(config));
    const auto made = host.post(all_campaigns, json::serialize(body));
    if (!made) return fail(made.error().message);
    const auto id = text_of(made->as_object(), "id");
    const auto sum = upload(host, id, file);
    if (!sum) {
        (void)host.post(target_of(id, "cancel"));
        return fail("campaign " + id + " is cancelled: " + sum.error().message);
    }
    std::cout << "campaign " << id << ": " << sum->added << " recipients";
    if (sum->invalid > 0) std::cout << ", " << sum->invalid << " of them invalid";
    if (sum->duplicates > 0) std::cout << ", " << sum->duplicates << " duplicates left out";
    std::cout << '\n';
    if (words.at.empty()) {
        std::cout << "Start it with: parley campaign start " << id << '\n';
        return 0;
    }
    const auto started = host.post(target_of(id, "start"), json::serialize(json::object{{"at", words.at}}));
    if (!started) return fail(started.error().message);
    std::cout << "It starts at " << text_of(started->as_object(), "start_at") << '\n';
    return 0;
}

}  // namespace

void add_campaign_create(CLI::App& create, const config::Config& config, int& result) {
    auto words = std::make_shared<Words>();
    create.add_option("name", words->name, "What you call it")->required();
    create.add_option("--account", words->account, "Account to send by; otherwise the one there is");
    auto* text = create.add_option("--text", words->text, "What to say, with {{1}}, {{2}}, ... for parameters");
    auto* name = create.add_option("--template", words->template_name, "Name of an approved template");
    create.add_option("--language", words->language, "Its language")->default_str("en_US")->needs(name);
    auto* payload = create.add_option("--payload", words->payload,
                                      "Template message as JSON, instead of a body with all parameters in order");
    text->excludes(name)->excludes(payload);
    create.add_option("--rate", words->rate, "Messages a second")->required();
    create.add_option("--at", words->at, "Start then: 2030-01-31 10:00+01; UTC unless it says otherwise");
    create.add_option("--recipients", words->recipients, "CSV file: a header line, then phone and parameters")
        ->required();
    create.callback([text, name, payload] {
        if (text->empty() && name->empty() && payload->empty())
            throw CLI::ValidationError("give --text, --template or --payload");
    });
    create.final_callback([&, words] { result = create_campaign(config, *words); });
}

}  // namespace parley::app
