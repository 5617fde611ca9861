/* parley/abi/services/gpt.h - "parley.gpt/1", capability "gpt": ask a language model. */
#ifndef PARLEY_ABI_SERVICES_GPT_H
#define PARLEY_ABI_SERVICES_GPT_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_GPT "parley.gpt/1"

typedef struct parley_gpt {
    uint32_t size;

    /* [hook thread, blocks] request: {"messages":[{"role":"user","content":"..."}],"model":"..."?,"max_tokens":n?}.
     * answer: {"text":"...","model":"...","input_tokens":n,"output_tokens":n}.
     * PARLEY_NOT_CONFIGURED: the operator has given no model; say so to the user. */
    parley_status (*chat)(parley_call* call, parley_str request, parley_sink answer);
} parley_gpt;

#ifdef __cplusplus
}
#endif
#endif
