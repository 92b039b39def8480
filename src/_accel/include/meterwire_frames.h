/* The frame search of meterwire for other C and Cython extensions; docs/embedding.md shows its use.
 *
 * One PyCapsule holds a table of functions. None of them needs the GIL, allocates Python objects or keeps a pointer to
 * the octets it was given. `meterwire._accel.parser.get_include()` tells where this file is.
 */
#ifndef METERWIRE_FRAMES_H
#define METERWIRE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define METERWIRE_FRAMES_MODULE "meterwire._accel._c_frames"
#define METERWIRE_FRAMES_CAPSULE METERWIRE_FRAMES_MODULE "._C_API"
#define METERWIRE_FRAMES_VERSION 1

/* dialects to look for, joined by | */
#define METERWIRE_645 1u
#define METERWIRE_376 2u
#define METERWIRE_698 4u
#define METERWIRE_188 8u
#define METERWIRE_ALL 15u

/* what a frame turned out to be: places in meterwire._accel.frames.PROTOCOLS */
#define METERWIRE_IS_645 0
#define METERWIRE_IS_376 1
#define METERWIRE_IS_698 2
#define METERWIRE_IS_188 3
#define METERWIRE_IS_645_2007 4
#define METERWIRE_IS_645_1997 5

typedef struct meterwire_scan meterwire_scan; /* state of one search */

typedef struct {
    ptrdiff_t offset;  /* of the 68H in data; where nothing was found: go on from here */
    ptrdiff_t end;     /* behind the 16H; where nothing was found: octets data must have before a further call is useful */
    int protocol;      /* METERWIRE_IS_...; -1 where nothing was found */
} meterwire_span;

typedef struct {
    int version; /* METERWIRE_FRAMES_VERSION; a change that breaks callers raises it */
    /* NULL without memory, or when dialects names none */
    meterwire_scan *(*open)(uint32_t dialects);
    void (*close)(meterwire_scan *scan);
    /* The first frame in data[start:size]: 1, or 0 when there is none. `base` is the place of data[0] in the stream;
     * it never decreases from call to call. `final`: no octets will follow. */
    int (*next)(meterwire_scan *scan, const uint8_t *data, ptrdiff_t size, ptrdiff_t base, ptrdiff_t start, int final,
                meterwire_span *found);
    /* CRC-16/X.25 of DL/T 698.45 and HDLC, eight octets at a time */
    uint16_t (*fcs)(const uint8_t *data, ptrdiff_t size);
    /* sum of all octets modulo 256 */
    uint8_t (*sum8)(const uint8_t *data, ptrdiff_t size);
} meterwire_frames_api;

#ifdef Py_PYTHON_H
/* NULL with a Python exception set: meterwire absent, not compiled, or of another version. Call with the GIL held. */
static inline const meterwire_frames_api *meterwire_frames_import(void)
{
    const meterwire_frames_api *api;
    PyObject *module = PyImport_ImportModule(METERWIRE_FRAMES_MODULE); /* PyCapsule_Import imports packages only */
    if (module == NULL)
        return NULL;
    Py_DECREF(module); /* sys.modules keeps it */
    api = (const meterwire_frames_api *)PyCapsule_Import(METERWIRE_FRAMES_CAPSULE, 0);
    if (api != NULL && api->version != METERWIRE_FRAMES_VERSION) {
        PyErr_SetString(PyExc_ImportError, "this extension was compiled for another version of meterwire_frames.h");
        return NULL;
    }
    return api;
}
#endif

#endif
