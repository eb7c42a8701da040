// libdeflate as Debian ships it (libdeflate-dev); gzip of metadata documents and CRC-32 of pixel data.
#include <libdeflate.h>
