// zlib as Debian ships it (zlib1g-dev); used to inflate deflated data sets (PS3.5 A.5).
#include <zlib.h>
