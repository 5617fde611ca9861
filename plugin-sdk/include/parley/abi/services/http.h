/* parley/abi/services/http.h - "parley.http/1", capability "http": call the outside world. */
#ifndef PARLEY_ABI_SERVICES_HTTP_H
#define PARLEY_ABI_SERVICES_HTTP_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_HTTP "parley.http/1"

typedef struct parley_http_header {
    parley_str name;
    parley_str value;
} parley_http_header;

/* Private, loopback and link-local addresses are refused (PARLEY_DENIED), whatever name or redirect leads there. */
typedef struct parley_http_request {
    uint32_t size;
    uint32_t timeout_ms; /* 0: 30 s; at most what is left of the handling */
    uint32_t max_bytes;  /* of the answer; 0: 16 MiB, at most 64 MiB */
    uint32_t redirects;  /* how many to follow, at most 3 */
    parley_str method;   /* "GET", "POST", ... */
    parley_str url;      /* https:// or http:// */
    const parley_http_header* headers;
    size_t header_count;
    parley_str body;
} parley_http_request;

typedef struct parley_http_response {
    uint32_t size;
    uint32_t status;
    const parley_http_header* headers;
    size_t header_count;
    parley_str body;
} parley_http_response;

typedef struct parley_http {
    uint32_t size;

    /* [hook thread, blocks] Any HTTP answer is PARLEY_OK, an error status too. `done` is called at most once, during
     * the call, and borrows its argument. PARLEY_UNAVAILABLE: no connection; PARLEY_TIMEOUT; PARLEY_TOO_LARGE. */
    parley_status (*request)(parley_call* call, const parley_http_request* request, void* user,
                             void (*done)(void* user, const parley_http_response* response));
} parley_http;

#ifdef __cplusplus
}
#endif
#endif
