/* Exports a second symbol besides its entry: no version script was used. */
int parley_plugin_entry(void) {
    return 0;
}
int another(void) {
    return 1;
}
