# warpack_layout(): a step that makes a CUDA C++ header from a manifest.
#
#   find_package(Python REQUIRED COMPONENTS Interpreter)
#   execute_process(COMMAND "${Python_EXECUTABLE}" -m warpack build --cmake-dir
#     OUTPUT_VARIABLE Warpack_DIR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
#   find_package(Warpack REQUIRED CONFIG)
#   warpack_layout(smooth.yaml)
#   target_link_libraries(app PRIVATE smooth)      # then: #include "smooth.cuh"
#
# Warpack_PYTHON: the Python that has Warpack. The default is Python_EXECUTABLE, or the first python3 on the path.

cmake_minimum_required(VERSION 3.20)

if(NOT Warpack_PYTHON)
  if(Python_EXECUTABLE)
    set(Warpack_PYTHON "${Python_EXECUTABLE}")
  elseif(Python3_EXECUTABLE)
    set(Warpack_PYTHON "${Python3_EXECUTABLE}")
  else()
    find_program(Warpack_PYTHON NAMES python3 python DOC "The Python that has Warpack")
  endif()
endif()

execute_process(
  COMMAND "${Warpack_PYTHON}" -m warpack --version
  RESULT_VARIABLE _warpack_result OUTPUT_VARIABLE Warpack_VERSION ERROR_VARIABLE _warpack_said
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
if(NOT _warpack_result EQUAL 0)
  set(${CMAKE_FIND_PACKAGE_NAME}_FOUND FALSE)
  string(CONCAT ${CMAKE_FIND_PACKAGE_NAME}_NOT_FOUND_MESSAGE
    "\"${Warpack_PYTHON} -m warpack\" does not run: ${_warpack_said}\n"
    "Install it there (pip install 'warpack[cli]'), or set Warpack_PYTHON to the Python that has it.")
  return()
endif()

# warpack_layout(MANIFEST [TARGET name] [NAMESPACE name] [LEVEL level] [OUTPUT_DIRECTORY folder])
#
# TARGET (default: the manifest's name without its end) is an interface library: what links to it is compiled after the
# header was made, and finds "TARGET.cuh". NAMESPACE (default: TARGET) is the namespace of that header's contents.
# LEVEL (default: static) is the level of validation that the layout must pass: static, compiled, simulated, hardware,
# best. OUTPUT_DIRECTORY (default: warpack, in the current binary folder) gets TARGET.cuh, and TARGET/ with what Warpack
# writes. The layout is made again when the manifest has changed, and files of the same text are left as they are.
function(warpack_layout manifest)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TARGET;NAMESPACE;LEVEL;OUTPUT_DIRECTORY" "")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "warpack_layout(${manifest}): not understood: ${arg_UNPARSED_ARGUMENTS} "
      "${arg_KEYWORDS_MISSING_VALUES}. There are TARGET, NAMESPACE, LEVEL and OUTPUT_DIRECTORY, each with a value.")
  endif()
  get_filename_component(manifest "${manifest}" ABSOLUTE)
  if(NOT EXISTS "${manifest}")
    message(FATAL_ERROR "warpack_layout: there is no manifest ${manifest}")
  endif()
  if(NOT arg_TARGET)
    get_filename_component(arg_TARGET "${manifest}" NAME_WE)
  endif()
  if(NOT arg_NAMESPACE)
    set(arg_NAMESPACE "${arg_TARGET}")
  endif()
  if(NOT arg_NAMESPACE MATCHES "^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$")
    message(FATAL_ERROR "warpack_layout: \"${arg_NAMESPACE}\" is no namespace of C++: give another with NAMESPACE")
  endif()
  if(NOT arg_LEVEL)
    set(arg_LEVEL static)
  endif()
  if(NOT arg_LEVEL MATCHES "^(static|compiled|simulated|hardware|best)$")
    message(FATAL_ERROR "warpack_layout: LEVEL is one of static, compiled, simulated, hardware, best; not ${arg_LEVEL}")
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY warpack)
  endif()
  get_filename_component(folder "${arg_OUTPUT_DIRECTORY}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  set(made "${folder}/${arg_TARGET}")

  # One header that says the namespace and takes in what Warpack writes: its text does not depend on the layout.
  file(CONFIGURE OUTPUT "${made}.cuh" @ONLY CONTENT [[
// Made by warpack_layout(): the layout of @manifest@
#pragma once
#define WARPACK_NAMESPACE @arg_NAMESPACE@
#include "@arg_TARGET@/allocators.cuh"
]])

  # The stamp is younger than the manifest after each run; the header only where its text is another.
  add_custom_command(
    OUTPUT "${made}/layout.stamp"
    BYPRODUCTS "${made}/allocators.cuh" "${made}/allocators.py"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${made}"
    COMMAND "${Warpack_PYTHON}" -m warpack build "${manifest}" -o "${made}" --validate ${arg_LEVEL}
    COMMAND "${CMAKE_COMMAND}" -E touch "${made}/layout.stamp"
    DEPENDS "${manifest}" "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
    COMMENT "Warpack: the layout of ${arg_TARGET}"
    VERBATIM)
  add_custom_target(${arg_TARGET}_layout DEPENDS "${made}/layout.stamp")
  add_library(${arg_TARGET} INTERFACE)
  target_include_directories(${arg_TARGET} INTERFACE "${folder}")
  target_compile_features(${arg_TARGET} INTERFACE cxx_std_17)
  add_dependencies(${arg_TARGET} ${arg_TARGET}_layout)
endfunction()
