/* parley/abi/services/users.h - "parley.users/1", capability "users": who has written to the bot: to an account
 * of the same organisation as the one that the handling is about. In start() and migrate() nobody is known. */
#ifndef PARLEY_ABI_SERVICES_USERS_H
#define PARLEY_ABI_SERVICES_USERS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARLEY_USERS "parley.users/1"

/* A user is a JSON object: {"id":"923001234567","group":"","name":"...","user_group":"signedup","first_seen":"..."}.
 * `group` is the chat group in which the user was first seen, `user_group` the name admins give sets of users. */
typedef struct parley_users {
    uint32_t size;

    /* [hook thread, may block] By phone number. PARLEY_NOT_FOUND when never seen. */
    parley_status (*get)(parley_call* call, parley_str id, parley_sink json);

    /* [hook thread, may block] Each known person once, in order of id, after `after`, at most `limit` (0 or more than
     * 10,000: 10,000). `user_group`: only these; empty: all. */
    parley_status (*list)(parley_call* call, parley_str user_group, parley_str after, uint32_t limit, parley_sink json);

    /* [hook thread, may block] Names of the user groups, sorted. */
    parley_status (*groups)(parley_call* call, parley_sink names);

    /* [hook thread, may block] Put a user into a user group, out of the one before. Joins the effects. PARLEY_DENIED
     * unless the sender is an admin, PARLEY_NOT_FOUND when the user was never seen. */
    parley_status (*set_group)(parley_call* call, parley_str id, parley_str user_group);
} parley_users;

#ifdef __cplusplus
}
#endif
#endif
