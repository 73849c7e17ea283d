"""Side-by-side measurements. Each script prints ``name value unit peer peer_value ratio``, one figure a line."""
