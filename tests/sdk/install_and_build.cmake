# cmake -D BUILD=<tree> -D SOURCES=<this tree> -D WORK=<scratch> [-D LIBCXX=<clang++>] -P install_and_build.cmake
# What an author outside this tree does: install the SDK, find_package(parley-sdk), build. The results are loaded by
# sdk_consumer_test.

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${ARGN}\n${output}")
    endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component sdk --prefix ${WORK}/prefix)

function(build name source)
    run(${CMAKE_COMMAND} -S ${source} -B ${WORK}/${name} -DCMAKE_PREFIX_PATH=${WORK}/prefix ${ARGN})
    run(${CMAKE_COMMAND} --build ${WORK}/${name})
endfunction()

build(counter ${SOURCES}/plugin-sdk/examples/counter -G ${GENERATOR})
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/counter --output-on-failure)

# The first plugin of the README, as it stands there.
file(READ ${SOURCES}/plugin-sdk/README.md readme)
foreach(file "# CMakeLists.txt" "// hello.cpp")
    string(FIND "${readme}" "${file}\n" begin)
    string(SUBSTRING "${readme}" ${begin} -1 text)
    string(FIND "${text}" "```" end)
    string(SUBSTRING "${text}" 0 ${end} text)
    string(REGEX REPLACE "^.* " "" name "${file}")
    file(WRITE ${WORK}/readme-source/${name} "${text}")
endforeach()
build(readme ${WORK}/readme-source -G ${GENERATOR})

build(hello-c ${SOURCES}/plugin-sdk/examples/hello-c -G ${GENERATOR})
if(LIBCXX)
    build(libcxx ${SOURCES}/tests/sdk/libcxx_plugin -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${LIBCXX})
endif()
