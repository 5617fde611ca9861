// The page at /: tells a newcomer that it works and what to do next. No secrets, no numbers of people.
#pragma once

#include <string>

namespace parley::app {

class Application;

std::string front_page(Application& app);

}  // namespace parley::app
