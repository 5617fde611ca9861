/* parley/abi/services/media.h - "parley.media/1", capability "media": the file that came with the message, and files to
 * send. */
#ifndef PARLEY_ABI_SERVICES_MEDIA_H
#define PARLEY_ABI_SERVICES_MEDIA_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_MEDIA "parley.media/1"

typedef struct parley_media {
    uint32_t size;

    /* [hook thread, blocks until the download is there] The incoming file in one piece. PARLEY_NOT_FOUND: the message
     * has none. PARLEY_TOO_LARGE: over 64 MiB, use path. PARLEY_UNAVAILABLE: it could not be fetched, PARLEY_TIMEOUT:
     * it did not come in time; last_error has words for the user. A hook that then fails with one of these two is not
     * counted against the plugin. */
    parley_status (*read)(parley_call* call, parley_sink bytes);

    /* [hook thread, blocks as read] A path at which the plugin can read it until the call ends. Do not change it. */
    parley_status (*path)(parley_call* call, parley_sink path);

    /* [hook thread] A reference to the incoming file that parley_outgoing.media_ref takes, so that forwarding copies
     * nothing. */
    parley_status (*reference)(parley_call* call, parley_sink reference);

    /* [hook thread, blocks] Store bytes to be sent, several times perhaps; answers with a reference. */
    parley_status (*create)(parley_call* call, parley_str bytes, parley_str mime, parley_sink reference);

    /* [hook thread, blocks] The text of a document: PDF, Word, Excel, PowerPoint, OpenDocument, CSV or plain text.
     * Takes a reference; empty: the incoming file. UTF-8, 1 MiB at most, pages and sheets marked. PARLEY_UNSUPPORTED:
     * no text can be read from such a file. PARLEY_INVALID: the file is damaged, locked or a trap; last_error has words
     * for the user. */
    parley_status (*text)(parley_call* call, parley_str reference, parley_sink text);
} parley_media;

#ifdef __cplusplus
}
#endif
#endif
