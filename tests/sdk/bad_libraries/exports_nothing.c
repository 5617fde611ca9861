/* Has no entry at all. */
static int nothing(void) {
    return 0;
}
int (*const keep)(void) __attribute__((visibility("hidden"), used)) = nothing;
