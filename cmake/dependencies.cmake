# Third-party libraries: Debian 12's packages, see scripts/setup.

set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(MD4C REQUIRED IMPORTED_TARGET md4c)
pkg_check_modules(LIBICAL REQUIRED IMPORTED_TARGET libical)
find_package(prometheus-cpp REQUIRED)
find_package(absl REQUIRED)
find_library(MAGIC_LIBRARY magic REQUIRED)
find_package(LibArchive REQUIRED)
find_package(EXPAT REQUIRED)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)

# libphonenumber's -dev package wants Debian's default Boost, which cannot stand beside 1.81. scripts/setup unpacks its
# headers into .deps instead; the library itself is the packaged one.
find_path(PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h
    HINTS ${PROJECT_SOURCE_DIR}/.deps/usr/include REQUIRED)
find_library(PHONENUMBER_LIBRARY NAMES phonenumber libphonenumber.so.8 REQUIRED)
