from tests.submission_pages.test_browser import *
from tests.submission_pages.conftest import *
def test_dbg(phone, files):
    reqs=[]
    phone.on("request", lambda r: reqs.append((r.method, r.url, r.all_headers().get("cookie","")[:200], r.all_headers().get("cache-control"))))
    phone.on("response", lambda r: reqs.append(("RESP", r.url, r.status, {k:v for k,v in r.all_headers().items() if k in ("cache-control","vary","set-cookie","expires","etag")})))
    phone.goto("/submit/")
    sign_in(phone)
    describe(phone)
    phone.go_back()
    for r in reqs: 
        if "static" not in r[1]: print(r)
