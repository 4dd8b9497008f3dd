//! Objects in storage classes that archive.

use crate::{get, kit, send};

/// Neither an archived object nor a part of it can be copied, even into another class; an object
/// that is not archived can.
#[test]
fn an_archived_object_is_no_source_of_a_copy() {
    let kit = kit();
    let begun = send(&kit, "POST", "/bkt/large?uploads", &[], "").ok();
    let part = format!("/bkt/large?partNumber=1&uploadId={}", begun.element("UploadId"));
    let source = ("x-amz-copy-source", "/bkt/old");
    for class in ["GLACIER", "DEEP_ARCHIVE"] {
        send(&kit, "PUT", "/bkt/old", &[("x-amz-storage-class", class)], "bytes").ok();
        let standard = ("x-amz-storage-class", "STANDARD");
        for (target, operation) in [
            ("/bkt/copy", "CopyObject"),
            ("/bkt/old", "CopyObject"),
            (part.as_str(), "UploadPartCopy"),
        ] {
            let headers = [source, standard];
            let headers = if target == part { &headers[..1] } else { &headers[..] };
            let refused = send(&kit, "PUT", target, headers, "");
            let want = "Operation is not valid for the source object's storage class";
            let want = (403, "InvalidObjectState".to_owned(), want.to_owned());
            assert_eq!(refused.error(), want, "{class} {target}");
            assert_eq!(refused.element("StorageClass"), class);
            assert_eq!(kit.event(operation)["errorCode"], "InvalidObjectState", "{class} {target}");
        }
    }
    assert_eq!(get(&kit, "/bkt/copy").status, 404);
    send(&kit, "PUT", "/bkt/old", &[("x-amz-storage-class", "GLACIER_IR")], "bytes").ok();
    send(&kit, "PUT", "/bkt/copy", &[source], "").ok();
    assert_eq!(get(&kit, "/bkt/copy").text(), "bytes");
    send(&kit, "PUT", &part, &[source], "").ok();
}
