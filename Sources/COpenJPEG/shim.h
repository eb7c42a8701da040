// OpenJPEG as Debian ships it (libopenjp2-7-dev). Its headers lie where pkg-config says.
#include <openjpeg.h>
