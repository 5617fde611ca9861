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

    /* [hook thread, blocks] request: {"messages":[{"role":"user","content":"..."}],"max_tokens":n?,
     * "schema":{"name":"...","schema":{...}}?,"tools":[{"name":"...","description":"...","parameters":{...}}]?}.
     * role: "system", "user", "assistant" (with "tool_calls" as they were answered) or "tool" (with "tool_call_id").
     * content: text, or an array of {"type":"text","text":"..."} and {"type":"image","media":"<reference>"}.
     * With "schema", a JSON Schema, the text of the answer is JSON that fits it.
     * answer: {"text":"...","model":"...","input_tokens":n,"output_tokens":n,
     * "tool_calls":[{"id":"...","name":"...","arguments":{...}}]?,"truncated":true?}. truncated: the limit of tokens,
     * or a broken connection, cut the text off.
     *
     * Every request here but that of `usage` may also have "model": the name of one, instead of the operator's choice,
     * and "timeout_ms": how long the answer may take; PARLEY_TIMEOUT then. The deadline of the call holds besides.
     *
     * All functions here: PARLEY_NOT_CONFIGURED: the operator has given no model; say so to the user. PARLEY_DENIED:
     * the sender, the chat or the organisation has used up its budget, or the provider refuses the content; last_error
     * has words for the user. PARLEY_UNAVAILABLE, PARLEY_TIMEOUT: the provider is away; retries are already made.
     * References are those of parley_media. */
    parley_status (*chat)(parley_call* call, parley_str request, parley_sink answer);

    /* [hook thread, blocks] Speech to text. request: {"media":"<reference>","language":"en"?}.
     * answer: {"text":"...","language":"..."?,"seconds":n?}. */
    parley_status (*transcribe)(parley_call* call, parley_str request, parley_sink answer);

    /* [hook thread, blocks] Text to speech. request: {"text":"...","voice":"..."?}, 4,096 characters at most. Answers
     * with the reference of a voice note, to be sent with `voice`. */
    parley_status (*speak)(parley_call* call, parley_str request, parley_sink reference);

    /* [hook thread, blocks] Text to picture. request: {"prompt":"...","size":"1024x1024"?}. Answers with a reference.
     */
    parley_status (*draw)(parley_call* call, parley_str request, parley_sink reference);

    /* [hook thread, blocks] request: {"input":["...", ...]}, 2,048 texts at most. answer: {"vectors":[[n,...],...]}. */
    parley_status (*embed)(parley_call* call, parley_str request, parley_sink answer);

    /* [hook thread, blocks] request: {"text":"..."}. answer: {"flagged":true,"categories":["violence",...]}. */
    parley_status (*moderate)(parley_call* call, parley_str request, parley_sink answer);

    /* [hook thread, blocks] What was used, and what a day allows. request: {"of":"sender"|"all","days":n?,
     * "by":"person"|"chat"|"kind"|"model"|"day"?}. "all" is the organisation that the sender's chat belongs to;
     * PARLEY_DENIED unless the sender is an admin. days: the last n days, today included, at most 366; 1 when it is
     * left out. by: a row for each; left out: one row for all. At most 50 rows, the dearest first, days newest first.
     * answer: {"rows":[{"name":"...","calls":n,"input_tokens":n,"output_tokens":n,"pictures":n,"audio_ms":n,
     * "speech_characters":n,"micro_usd":n}],"limits":{"tokens":n,"micro_usd":n,"pictures":n,"audio_ms":n,
     * "speech_characters":n},"day_ends_ms":n}. limits: for a day, of the sender or of the organisation; 0: none.
     * day_ends_ms: when today's counters start afresh. Works without a model, too. */
    parley_status (*usage)(parley_call* call, parley_str request, parley_sink answer);
} parley_gpt;

#ifdef __cplusplus
}
#endif
#endif
