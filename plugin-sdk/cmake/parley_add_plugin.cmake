# parley_add_plugin(name SOURCES file... [LINK library...] [C])
#
# Builds <build>/plugins/<name>.so, the target is <name>_plugin. C: the sources are plain C against the ABI headers
# alone.
#
# The flags are not a matter of taste. A library that the dynamic linker cannot let go of stays in the host after a
# reload, and its next version then runs on the old one's statics. What pins a library are STB_GNU_UNIQUE symbols and
# exported inline symbols that others bind to; hidden visibility alone does not keep the standard library's own inlines
# in, the version script does.

function(parley_add_plugin name)
    cmake_parse_arguments(arg "C" "" "SOURCES;LINK" ${ARGN})
    if(NOT arg_SOURCES)
        message(FATAL_ERROR "parley_add_plugin(${name}): no SOURCES")
    endif()
    set(target ${name}_plugin)
    add_library(${target} MODULE ${arg_SOURCES})
    if(arg_C)
        target_link_libraries(${target} PRIVATE parley::abi ${arg_LINK})
    else()
        target_link_libraries(${target} PRIVATE parley::sdk ${arg_LINK})
    endif()
    set_target_properties(${target} PROPERTIES
        PREFIX ""
        SUFFIX ".so"
        OUTPUT_NAME ${name}
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
        C_VISIBILITY_PRESET hidden
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)

    set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/exports.map)
    target_link_options(${target} PRIVATE -Wl,--version-script=${exports} -Wl,-z,now)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${exports})
    if(NOT PARLEY_SANITIZE)
        target_link_options(${target} PRIVATE -Wl,-z,defs)  # the sanitizers' symbols come from the program
    endif()

    if(NOT CMAKE_READELF)
        message(FATAL_ERROR "parley_add_plugin(${name}): readelf is missing, install binutils")
    endif()
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -D FILE=$<TARGET_FILE:${target}> -D READELF=${CMAKE_READELF}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/check_exports.cmake
        VERBATIM)
endfunction()
