// The child that the extractor starts, without the rest of the program.
#include <unistd.h>

#include "extract/child.hpp"

int main() {
    _exit(parley::extract::run_child());
}
