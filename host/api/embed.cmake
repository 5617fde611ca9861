# Writes a .cpp that holds the parts of the API's document and the files of its pages:
#   cmake -DOUTPUT=... -DPARTS=a.json;b.json -DASSETS=c.js.gz;... -P embed.cmake
# The bytes themselves are put in by the assembler (.incbin): a megabyte as C++ text would take longer than the host.
set(symbols "")
set(parts "")
set(assets "")
set(externs "")
set(number 0)
foreach(file IN LISTS PARTS ASSETS)
    get_filename_component(name ${file} NAME)
    string(APPEND symbols "    \".balign 16\\nparley_api_${number}:\\n.incbin \\\"${file}\\\"\\nparley_api_${number}_end:\\n\"\n")
    string(APPEND externs "extern const char parley_api_${number}[], parley_api_${number}_end[];\n")
    set(text "{parley_api_${number}, static_cast<std::size_t>(parley_api_${number}_end - parley_api_${number})}")
    if(file MATCHES "\\.json$")
        string(APPEND parts "        {\"${name}\", ${text}},\n")
    else()
        string(REGEX REPLACE "\\.gz$" "" name ${name})
        string(APPEND assets "        {\"${name}\", ${text}},\n")
    endif()
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made from host/api/openapi and host/api/assets.
#include \"api/contract.hpp\"
#include \"api/pages.hpp\"

__asm__(
    \".section .rodata\\n\"
${symbols}    \".previous\\n\");

extern \"C\" {
${externs}}

namespace parley::api {

const std::vector<std::pair<std::string_view, std::string_view>>& openapi_parts() {
    static const std::vector<std::pair<std::string_view, std::string_view>> all = {
${parts}    };
    return all;
}

const std::vector<Asset>& assets() {
    static const std::vector<Asset> all = {
${assets}    };
    return all;
}

}  // namespace parley::api
")
