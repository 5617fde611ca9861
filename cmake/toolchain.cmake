# Compiler settings shared by everything of the project's own: warnings, sanitizers, compiler cache, linker.

find_program(CCACHE ccache)
if(CCACHE)
    # Without the sloppiness it caches nothing that uses a precompiled header; with base directory and prefix map one cache
    # serves every checkout.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
endif()

add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)

find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(parley_warnings INTERFACE)
target_compile_options(parley_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<CONFIG:Dev>:-Werror>)

if(PARLEY_SANITIZE)
    add_compile_options(-fsanitize=${PARLEY_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${PARLEY_SANITIZE})
    if(PARLEY_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()
