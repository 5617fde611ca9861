// Places where tests let the host die as by kill -9: PARLEY_FAILPOINT=name[:n] kills it at the n-th passing (default
// the first). Costs one load of a flag otherwise.
//
//   before-commit-in  after-commit-in  before-handle  after-handle  before-commit-out  after-commit-out
//   before-send  after-send  after-mark  mid-migration
#pragma once

namespace parley {

void failpoint(const char* name);

}  // namespace parley
