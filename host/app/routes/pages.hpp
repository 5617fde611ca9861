// The pages for people: / tells a newcomer that it works and what to do next, /admin shows the operator how it stands.
// HTML without scripts; everything that came from outside is escaped.
#pragma once

#include <string>

#include "net/http.hpp"

namespace parley::app {

class Application;

void add_pages(net::Router& router, Application& app);

}  // namespace parley::app
