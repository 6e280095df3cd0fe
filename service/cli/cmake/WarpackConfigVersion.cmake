# Any version that is asked for is compared with what the installed Warpack says: WarpackConfig.cmake runs it.
# A package without a version file would be refused where a version is asked for; the module has one interface so far.
set(PACKAGE_VERSION 0.1.0)
if(PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
else()
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
endif()
