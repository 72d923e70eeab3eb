"""Operations on the retention policy."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("GetDefaultRetentionPolicy", "retention"),
    write("PutRetentionPolicy", "retention", "Id", "GetDefaultRetentionPolicy", undo="PutRetentionPolicy"),
    write("DeleteRetentionPolicy", "retention", "Id", "GetDefaultRetentionPolicy", undo="PutRetentionPolicy"),
)
