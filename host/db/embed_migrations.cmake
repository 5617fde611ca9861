# Writes a .cpp that holds the given migrations: cmake -DOUTPUT=... -DMIGRATIONS=a.sql;b.sql -P embed_migrations.cmake
set(rows "")
set(last 0)
foreach(file IN LISTS MIGRATIONS)
    get_filename_component(stem ${file} NAME_WE)
    if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
        message(FATAL_ERROR "${file}: a migration is called NNNN_name.sql")
    endif()
    set(digits ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    math(EXPR number "1${digits} - 10000")
    if(NOT number GREATER last)
        message(FATAL_ERROR "${file}: number ${number} is there twice, or is 0")
    endif()
    set(last ${number})
    file(SHA256 ${file} checksum)
    # As bytes: a string literal has a length limit, and no text of a migration can end a list of numbers.
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND arrays "constexpr char sql_${digits}[] = {${bytes} 0};\n")
    string(APPEND rows "        {${number}, \"${name}\", {sql_${digits}, sizeof sql_${digits} - 1}, \"${checksum}\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from db/migrations.
#include \"db/migrate.hpp\"

namespace parley::db {
namespace {
${arrays}
}  // namespace

const std::vector<Migration>& migrations() {
    static const std::vector<Migration> all = {
${rows}    };
    return all;
}

}  // namespace parley::db
")
