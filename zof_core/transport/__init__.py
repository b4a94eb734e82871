"""The only place that knows the HTTP library: httpx, or httpx2 if the environment says `ZOF_HTTP=httpx2`.

The library's transports are driven directly: its cookies, redirects and authentication are not wanted here. Pools are
small, since Zof's usual limit is 100 requests a minute (`docs/limits/api-rate-limits`). What a network or a server does
comes back as a `Fault`; the library's exceptions end here, together with their tracebacks, whose frames hold the
request's headers and so the key.
"""
