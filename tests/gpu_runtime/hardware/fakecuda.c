/* A double of libcuda.so.1 for tests: as much of the driver API as the hardware worker's host path calls.
 *
 * No kernel is run. "Device memory" is the process's own; a launch copies prepared files over the kernel's output arrays.
 * What it says about its device, and how it fails, comes from the environment:
 *   DOUBLE_FAULT      no-device, no-binary, illegal-address, hang, out-of-memory, opt-in, stray-write
 *   DOUBLE_CC         compute capability times ten (86)
 *   DOUBLE_REGISTERS, DOUBLE_LOCAL, DOUBLE_MAX_THREADS, DOUBLE_BLOCKS      what it measures of a kernel
 *   DOUBLE_RESULTS    folder with files LAUNCH-ARGUMENT, the bytes that a launch leaves in that array argument
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, NO_BINARY = 209, ILLEGAL_ADDRESS = 700 };
enum { WORDS_PER_ARRAY = 7, AT_COUNT = 2, AT_ITEMSIZE = 3, AT_ADDRESS = 4, OPT_IN_BYTES = 101376, MOST_ARGUMENTS = 64 };

static int max_dynamic = 49152, carveout = -1, launches = 0, context_is_lost = 0;

static int faulty(const char *fault) {
    const char *wanted = getenv("DOUBLE_FAULT");
    return wanted && !strcmp(wanted, fault);
}
static int number(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

int cuInit(unsigned flags) { return faulty("no-device") ? NO_DEVICE : SUCCESS; }
int cuDriverGetVersion(int *version) { *version = 13000; return SUCCESS; }
int cuDeviceGetCount(int *count) { *count = 1; return SUCCESS; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return SUCCESS; }
int cuDevicePrimaryCtxRetain(void **context, int device) { *context = (void *)1; return SUCCESS; }
int cuCtxSetCurrent(void *context) { return SUCCESS; }
int cuDeviceGetUuid_v2(char *uuid, int device) { memset(uuid, 0xAB, 16); return SUCCESS; }
int cuDeviceGetName(char *name, int length, int device) { strncpy(name, "Test double, no GPU", length); return SUCCESS; }
int cuDeviceGetPCIBusId(char *id, int length, int device) { strncpy(id, "0000:3B:00.0", length); return SUCCESS; }

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    switch (attribute) {
        case 1: *value = 1024; break;
        case 8: *value = 49152; break;
        case 10: *value = 32; break;
        case 12: case 82: *value = 65536; break;
        case 16: *value = 84; break;
        case 39: *value = 1536; break;
        case 75: *value = number("DOUBLE_CC", 86) / 10; break;
        case 76: *value = number("DOUBLE_CC", 86) % 10; break;
        case 81: *value = 102400; break;
        case 97: *value = OPT_IN_BYTES; break;
        case 106: *value = 16; break;
        case 111: *value = 1024; break;
        default: return INVALID_VALUE;
    }
    return SUCCESS;
}

int cuGetErrorName(int error, const char **name) { *name = "CUDA_ERROR_OF_THE_DOUBLE"; return SUCCESS; }
int cuModuleLoadData(void **module, const void *image) {
    if (memcmp(image, "\177ELF", 4)) return INVALID_VALUE;
    *module = (void *)2;
    return faulty("no-binary") ? NO_BINARY : SUCCESS;
}
int cuModuleGetFunction(void **function, void *module, const char *name) { *function = (void *)3; return SUCCESS; }

/* The driver takes attribute, function here and function, attribute below: the handle tells a caller who mixes them up. */
int cuFuncGetAttribute(int *value, int attribute, void *function) {
    if (function != (void *)3) return INVALID_VALUE;
    switch (attribute) {
        case 0: *value = number("DOUBLE_MAX_THREADS", 1024); break;
        case 1: *value = 1024; break; /* with the bytes that the driver reserves */
        case 3: *value = number("DOUBLE_LOCAL", 0); break;
        case 4: *value = number("DOUBLE_REGISTERS", 40); break;
        case 6: *value = number("DOUBLE_CC", 86); break;
        case 8: *value = max_dynamic; break;
        case 9: *value = carveout; break;
        default: return INVALID_VALUE;
    }
    return SUCCESS;
}
int cuFuncSetAttribute(void *function, int attribute, int value) {
    if (function != (void *)3) return INVALID_VALUE;
    if (attribute == 9) { carveout = value; return SUCCESS; }
    if (attribute != 8 || value > OPT_IN_BYTES || faulty("opt-in")) return INVALID_VALUE;
    max_dynamic = value;
    return SUCCESS;
}
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t dynamic) {
    *blocks = number("DOUBLE_BLOCKS", 1);
    return SUCCESS;
}

int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    if (faulty("out-of-memory") && bytes > 4096) return OUT_OF_MEMORY;
    *address = (uint64_t)aligned_alloc(256, (bytes + 255) / 256 * 256);
    return *address ? SUCCESS : OUT_OF_MEMORY;
}
int cuMemFree_v2(uint64_t address) { free((void *)address); return SUCCESS; }
int cuMemsetD8_v2(uint64_t address, unsigned char value, size_t bytes) { memset((void *)address, value, bytes); return SUCCESS; }
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) { memcpy((void *)to, from, bytes); return SUCCESS; }
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
    if (context_is_lost) return ILLEGAL_ADDRESS;
    memcpy(to, (void *)from, bytes);
    return SUCCESS;
}

int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned dynamic, void *stream, void **parameters, void **extra) {
    const char *folder = getenv("DOUBLE_RESULTS");
    if (function != (void *)3 || (int)dynamic > max_dynamic || bx > 1024 || by * bz * gy * gz != 1) return INVALID_VALUE;
    if (faulty("illegal-address")) context_is_lost = 1;
    if (faulty("hang")) return SUCCESS;
    for (int argument = 0; folder && argument < MOST_ARGUMENTS; argument++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d-%d", folder, launches, argument);
        FILE *file = fopen(path, "rb");
        if (!file) continue;
        void **words = parameters + WORDS_PER_ARRAY * argument;
        size_t room = *(uint64_t *)words[AT_COUNT] * *(uint64_t *)words[AT_ITEMSIZE];
        char *array = *(char **)words[AT_ADDRESS];
        if (faulty("stray-write")) array[room] = 0;
        size_t got = fread(array, 1, room, file);
        fclose(file);
        if (got != room) return INVALID_VALUE;
    }
    launches++;
    return SUCCESS;
}
int cuCtxSynchronize(void) {
    if (faulty("hang")) for (;;) pause();
    return context_is_lost ? ILLEGAL_ADDRESS : SUCCESS;
}

struct entry { const char *name; void *function; };
int cuGetProcAddress_v2(const char *name, void **function, int version, uint64_t flags, int *status);
#define PLAIN(name) { #name, (void *)name }
#define SECOND(name) { #name, (void *)name##_v2 }
static struct entry table[] = {
    PLAIN(cuInit), PLAIN(cuDriverGetVersion), PLAIN(cuDeviceGetCount), PLAIN(cuDeviceGet), PLAIN(cuDevicePrimaryCtxRetain),
    PLAIN(cuCtxSetCurrent), SECOND(cuDeviceGetUuid), PLAIN(cuDeviceGetName), PLAIN(cuDeviceGetPCIBusId),
    PLAIN(cuDeviceGetAttribute), PLAIN(cuGetErrorName), PLAIN(cuModuleLoadData), PLAIN(cuModuleGetFunction),
    PLAIN(cuFuncGetAttribute), PLAIN(cuFuncSetAttribute), PLAIN(cuOccupancyMaxActiveBlocksPerMultiprocessor),
    SECOND(cuMemAlloc), SECOND(cuMemFree), SECOND(cuMemsetD8), SECOND(cuMemcpyHtoD), SECOND(cuMemcpyDtoH),
    PLAIN(cuLaunchKernel), PLAIN(cuCtxSynchronize), SECOND(cuGetProcAddress), { 0, 0 },
};
int cuGetProcAddress_v2(const char *name, void **function, int version, uint64_t flags, int *status) {
    *function = 0;
    for (struct entry *entry = table; entry->name; entry++)
        if (!strcmp(entry->name, name)) *function = entry->function;
    if (status) *status = *function ? 0 : 1;
    return SUCCESS;
}
