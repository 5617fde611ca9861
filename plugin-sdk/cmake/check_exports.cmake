# cmake -D FILE=plugin.so -D READELF=readelf -P check_exports.cmake
# Fails when the plugin exports anything but its entry, or has symbols that would pin it in the host's memory.

execute_process(COMMAND ${READELF} --wide --dyn-syms ${FILE}
    OUTPUT_VARIABLE table ERROR_VARIABLE problem RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    file(REMOVE ${FILE})
    message(FATAL_ERROR "${FILE}: readelf failed: ${problem}")
endif()

set(exported)
set(unique)
string(REPLACE ";" "_" table "${table}")
string(REPLACE "\n" ";" lines "${table}")
foreach(line IN LISTS lines)
    # What mold links is not marked as GNU's, so that readelf does not name the binding.
    string(REPLACE "<OS specific>: 10" "UNIQUE" line "${line}")
    #   Num:    Value          Size Type    Bind   Vis      Ndx Name
    if(NOT line MATCHES "^ *[0-9]+: +[0-9a-f]+ +[0-9a-fx]+ +([A-Z_]+) +([A-Z_]+) +([A-Z]+) +([A-Z0-9]+) +([^ @]+)")
        continue()
    endif()
    set(binding ${CMAKE_MATCH_2})
    set(section ${CMAKE_MATCH_4})
    set(symbol ${CMAKE_MATCH_5})
    if(section STREQUAL "UND")
        if(symbol MATCHES "^__cxa_thread_atexit")
            message(WARNING "${FILE}: has a thread_local with a destructor. It stays in the host's memory for as long "
                "as the threads that used it live, so that a reload does not free the old version.")
        endif()
        continue()
    endif()
    if(binding STREQUAL "UNIQUE")
        list(APPEND unique ${symbol})
    endif()
    if(binding MATCHES "^(GLOBAL|WEAK|UNIQUE)$" AND NOT section STREQUAL "ABS")
        list(APPEND exported ${symbol})
    endif()
endforeach()

if(unique)
    file(REMOVE ${FILE})
    message(FATAL_ERROR "${FILE}: unique symbols keep it from being unloaded: ${unique}. Build everything that goes "
        "into a plugin with -fno-gnu-unique.")
endif()
if(NOT exported STREQUAL "parley_plugin_entry")
    file(REMOVE ${FILE})
    message(FATAL_ERROR "${FILE}: a plugin exports parley_plugin_entry and nothing else, this one exports: "
        "${exported}. Is PARLEY_PLUGIN (or parley_plugin_entry, in C) missing?")
endif()
