# What is installed besides programs and plugins, and two Debian packages of it all: `scripts/package` makes them.
# parley is the host with its plugins, parley-sdk is for those who write plugins.

set(packaging ${PROJECT_SOURCE_DIR}/packaging)
install(FILES ${packaging}/parley.service DESTINATION lib/systemd/system COMPONENT host)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/install-plugins DESTINATION lib/parley COMPONENT host)
install(FILES ${packaging}/parley.env DESTINATION /etc/parley COMPONENT host)
# The documents lie as in the tree, so that their links hold.
file(GLOB documents RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md)
foreach(document IN LISTS documents ITEMS README.md CHANGELOG.md LICENSE db/README.md host/README.md plugins/README.md
        plugin-sdk/README.md)
    cmake_path(GET document PARENT_PATH folder)
    install(FILES ${document} DESTINATION share/doc/parley/${folder} COMPONENT host)
endforeach()
install(FILES LICENSE DESTINATION share/doc/parley RENAME copyright COMPONENT host)
install(FILES LICENSE DESTINATION share/doc/parley-sdk RENAME copyright COMPONENT sdk)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own, in its first line
set(CPACK_PACKAGE_CONTACT "Parley <parley@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL host sdk)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)

set(CPACK_DEBIAN_HOST_PACKAGE_NAME parley)
set(CPACK_DEBIAN_HOST_DESCRIPTION "WhatsApp bot host whose commands are plugins
Takes messages of WhatsApp's Cloud API, of Twilio and of self-hosted gateways,
and answers them by plugins that are loaded and replaced while it runs. What
it has promised is kept in PostgreSQL: in a private one that it makes and
runs, or in a server of yours.")
set(CPACK_DEBIAN_HOST_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_HOST_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata")
# postgresql: not with DATABASE_URL. poppler: for PDF. ffmpeg: for voice notes.
set(CPACK_DEBIAN_HOST_PACKAGE_RECOMMENDS "postgresql, poppler-utils, poppler-data, ffmpeg")
set(CPACK_DEBIAN_HOST_PACKAGE_CONTROL_EXTRA
    ${packaging}/debian/conffiles ${packaging}/debian/postinst ${packaging}/debian/prerm ${packaging}/debian/postrm)
set(CPACK_DEBIAN_HOST_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_SDK_PACKAGE_NAME parley-sdk)
set(CPACK_DEBIAN_SDK_DESCRIPTION "headers and CMake package to write plugins for Parley
The C interface of plugins, the C++ face on top of it, a fake host for the
tests of plugins, and the CMake function that builds them right.")
set(CPACK_DEBIAN_SDK_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)

include(CPack)
