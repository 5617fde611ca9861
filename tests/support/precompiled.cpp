// Nothing: the program exists for the header that is precompiled with it.
int main() {}
