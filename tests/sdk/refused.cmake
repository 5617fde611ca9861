# Runs the export check on a copy of LIBRARY, which it has to refuse, and shows what it says.
cmake_path(GET LIBRARY PARENT_PATH folder)
cmake_path(GET LIBRARY STEM name)
set(copy ${folder}/${name}_copy.so)
file(COPY_FILE ${LIBRARY} ${copy})
execute_process(COMMAND ${CMAKE_COMMAND} -D FILE=${copy} -D READELF=${READELF} -P ${CHECK}
    RESULT_VARIABLE result ERROR_VARIABLE words)
string(REGEX REPLACE "[ \n]+" " " words "${words}")
message("${words}")
if(result EQUAL 0 OR EXISTS ${copy})
    message(FATAL_ERROR "it was not refused, or not removed")
endif()
