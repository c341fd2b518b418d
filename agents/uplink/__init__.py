"""How a device that is enrolled keeps telling how it fares: a machine without I/O, and the line it speaks over."""
