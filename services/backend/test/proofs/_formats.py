"""What schemathesis has to know of our description beyond JSON Schema: examples of formats that are no standard's."""

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format(
    "iana-time-zone",
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Asia/Kolkata", "UTC"]),
)
