// A static inside an inline function is an STB_GNU_UNIQUE symbol in a plain g++ build: the library can never be
// unloaded.
inline int& counter() {
    static int value = 0;
    return value;
}
extern "C" int parley_plugin_entry() {
    return ++counter();
}
