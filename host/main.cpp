// The one program. What it does is in app/cli/cli.cpp.
#include "app/cli/cli.hpp"

int main(int argc, char** argv) {
    return parley::app::run_cli(argc, argv);
}
