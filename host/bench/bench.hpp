// `parley bench`: measures this program against its own floor and against others. See docs/performance.md.
#pragma once

namespace CLI {
class App;
}

namespace parley::bench {

// Adds the verb; `result` becomes the exit code.
void add_verb(CLI::App& cli, int& result);

}  // namespace parley::bench
