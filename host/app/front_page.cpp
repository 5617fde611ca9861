#include "app/front_page.hpp"

#include "app/application.hpp"

namespace parley::app {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace

std::string front_page(Application& app) {
    std::string commands;
    for (const auto& command : app.runtime().commands()) {
        if (command.internal || command.admin) continue;
        commands += "<tr><td><code>/" + escaped(command.name) + "</code></td><td>" + escaped(command.description) + "</td></tr>";
    }
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Parley</title>"
           "<meta name=\"viewport\" content=\"width=device-width\">"
           "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}"
           "td{padding:.2rem 1rem .2rem 0}code{background:#8882;padding:.1rem .3rem;border-radius:.2rem}</style>"
           "<h1>Parley is running</h1><p>Version " PARLEY_VERSION ". It " +
           std::string(app.ready() ? "takes messages." : "is not ready; see <a href=\"/health/ready\">why</a>.") +
           "</p><p>Talk to it: <code>parley chat</code>, or point your WhatsApp gateway's webhook at "
           "<code>/api/whatsapp</code>.</p><h2>Commands</h2><table>" +
           commands +
           "</table><p><a href=\"/health/ready\">health</a> &middot; <a href=\"/metrics\">metrics</a></p></html>";
}

}  // namespace parley::app
