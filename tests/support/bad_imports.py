"""The bad-input corpus, imports: each fault in one line of an otherwise good file, and how what is said of it begins."""

FAULTS: dict[str, tuple[str, str]] = {
    "an unknown parent": ("x,nope,X,BRANCH", "line 2, column B (parent_code): The parent_code"),
    "a cycle in the file": ("x,y,X,BRANCH\ny,x,Y,BRANCH", "line 2, column B (parent_code): A cycle of parents"),
    "a cycle with the database": (
        "GS-1,GS-1-1,第一党支部,BRANCH",
        "line 2, column B (parent_code): A cycle of parents",
    ),
    "a duplicate code": ("x,GS,X,BRANCH\nx,GS,X,BRANCH", "line 3, column A (code): The code"),
    "an unknown kind": ("x,GS,X,PARTY", "line 2, column D (kind): The kind"),
    "a missing name": ("x,GS,,BRANCH", "line 2, column C (name): name is missing"),
    "a missing code": (",GS,X,BRANCH", "line 2, column A (code): code is missing"),
    "another root": ("GS-1,,第一党支部,BRANCH", 'line 2, column B (parent_code): "GS-1" lies below "GS"'),
}
NO_KIND = (b"code,parent_code,name\n1,,A\n", "line 1: The column kind")
