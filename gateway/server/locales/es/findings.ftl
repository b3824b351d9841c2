# One sentence per finding code. See en/findings.ftl for what attributes mean.

finding-STRUCTURE_OK = La credencial tiene todas las partes que pide su norma.
finding-TYPE_UNKNOWN = Este archivo no es una credencial de un tipo que conozcamos.
finding-FORMAT_UNSUPPORTED = Conocemos este tipo de archivo, pero todavía no podemos comprobarlo. Eso no dice nada sobre lo que afirma.
    .format = Esto es { $format }. Conocemos ese tipo de archivo, pero todavía no podemos comprobarlo. Eso no dice nada sobre lo que afirma.
finding-MEMBER_MISSING = Falta una parte que la norma pide.
    .member = Falta la parte «{ $member }», que la norma pide.
finding-MEMBER_INVALID = Una parte de la credencial tiene una forma que la norma no permite.
    .member = La parte «{ $member }» tiene una forma que la norma no permite.
finding-SUBJECT_MISSING = La credencial no dice de quién o de qué trata.
finding-SUBJECT_UNIDENTIFIED = La credencial no nombra a la persona a la que se emitió.
finding-CONTEXT_ORDER = La lista de vocabularios que da sentido a la credencial no es la que pide la norma.
finding-LIMIT_EXCEEDED = El archivo contiene más de lo que comprobamos de una vez.
    .limit = El archivo contiene más de lo que comprobamos de una vez (más de { $limit } del mismo tipo).

finding-SCHEMA_OK = La credencial tiene la forma establecida para su tipo.
finding-SCHEMA_MISMATCH = La credencial no tiene la forma establecida para su tipo.

finding-SIGNATURE_OK = La firma está intacta: nada cambió desde que se firmó.
finding-SIGNATURE_INVALID = La firma no coincide. La credencial o su firma se cambiaron después de firmar.
finding-PROOF_MISSING = La credencial no está firmada; por eso nada muestra que sea auténtica.
finding-PROOF_INVALID = El bloque de la firma está mal formado; por eso la firma no prueba nada.
finding-SUITE_UNSUPPORTED = La credencial está firmada con un método que todavía no podemos comprobar.
    .suite = La credencial está firmada con un método que todavía no podemos comprobar ({ $suite }).
finding-PURPOSE_MISMATCH = La firma se hizo para otro fin que el de emitir una credencial.
    .purpose = La firma se hizo para otro fin que el de emitir una credencial ({ $purpose }).
finding-PROOF_EXPIRED = La firma tenía su propia fecha de fin, y esa fecha ya pasó.
finding-CONTEXT_UNSUPPORTED = La credencial usa un vocabulario que no conocemos; por eso no se pudo comprobar la firma.
    .context = La credencial usa un vocabulario que no conocemos ({ $context }); por eso no se pudo comprobar la firma.
finding-TERM_UNDEFINED = La credencial contiene una palabra que ninguno de sus vocabularios define. La firma no la protegería; por eso la rechazamos.
    .term = La credencial contiene una palabra que ninguno de sus vocabularios define («{ $term }»). La firma no la protegería; por eso la rechazamos.
finding-CANONICALISATION_LIMIT = Comprobar esta firma costaría más trabajo del que permitimos para una credencial.

finding-ISSUER_KEY_OK = La clave que la firmó pertenece al emisor.
finding-KEY_UNRESOLVED = No pudimos obtener la lista de claves del emisor; por eso no pudimos comprobar de quién es la clave que la firmó.
    .host = No pudimos obtener la lista de claves de { $host }; por eso no pudimos comprobar de quién es la clave que la firmó.
finding-KEY_NOT_AUTHORISED = La propia lista de claves del emisor no permite que esta clave firme credenciales.
finding-ISSUER_KEY_MISMATCH = La clave que la firmó pertenece a alguien que no es el emisor.
finding-KEY_DOCUMENT_INVALID = La lista de claves del emisor se pudo leer, pero está mal formada.

finding-VALIDITY_OK = La credencial estaba vigente en el momento de la comprobación.
finding-NOT_YET_VALID = La credencial todavía no está vigente.
    .from = La credencial solo está vigente desde el { $from }.
finding-EXPIRED = La credencial estuvo vigente un tiempo, y ese tiempo terminó.
    .until = La vigencia de la credencial terminó el { $until }.
finding-DATE_INVALID = Una fecha de la credencial no se puede leer, o termina antes de empezar.

finding-STATUS_UNSUPPORTED = El emisor ofrece una forma de consultar si la credencial fue retirada. Todavía no podemos usarla; por eso no lo sabemos.

finding-SUBJECT_OK = La credencial trata de esta persona candidata.
finding-SUBJECT_MISMATCH = La credencial trata de otra persona, no de esta persona candidata.
finding-SUBJECT_NOT_COMPARABLE = Nada en la credencial se puede comparar con lo que sabemos de la persona candidata; por eso no pudimos comprobar de quién trata.

finding-WEAK_HASH = Se reconoció a la persona candidata con un método (MD5) que ya no se considera seguro.
finding-NOT_CHECKED = La credencial nombra algo que no comprobamos, como un esquema que no llevamos. Esto no decide nada.
finding-CONTEXT_ORDER_UNUSUAL = La lista de vocabularios está en un orden poco usual. El significado es el mismo.
finding-KEY_WITHOUT_FRAGMENT = La firma nombra su clave de forma incompleta. Aun así, encontramos la clave.

finding-JWT_INVALID = Esto parece un token firmado, pero no es uno que todos los lectores descompongan igual.
finding-PICTURE_INVALID = Esta imagen no contiene exactamente una credencial que se pueda leer.
finding-ALGORITHM_MISMATCH = La prueba indica otro tipo de firma que el que hace su clave, o ninguna.
finding-JWT_CLAIM_MISMATCH = El token que rodea la credencial dice algo distinto que la propia credencial.
    .claim = «{ $claim }» del token dice algo distinto que la propia credencial.
finding-KEY_REVOKED = El emisor ha revocado la clave que la firmó, o el plazo de la clave ha terminado.
finding-STATUS_OK = La lista del emisor se verificó y no dice nada en contra de esta credencial.
finding-REVOKED = El emisor ha retirado esta credencial.
finding-SUSPENDED = El emisor ha suspendido esta credencial por el momento.
finding-STATUS_UNREACHABLE = No pudimos obtener la lista que dice si la credencial fue retirada.
    .host = No pudimos obtener de { $host } la lista que dice si la credencial fue retirada.
finding-STATUS_LIST_UNVERIFIED = La lista que dice si la credencial fue retirada no se pudo verificar; lo que dice no decide nada.
finding-STATUS_LIST_INVALID = La lista que nombra la credencial está mal formada, o sirve para otra cosa que lo que dice la credencial.
finding-STATUS_LIST_ISSUER = La lista que nombra la credencial está firmada por alguien que no es su emisor.
finding-STATUS_INDEX_INVALID = La lista que nombra la credencial no tiene esa entrada.
finding-STATUS_STALE = La lista que dice si la credencial fue retirada se obtuvo hace demasiado tiempo.
finding-SUBJECT_NAME_ONLY = La credencial lleva el nombre de la persona candidata y nada más que se pueda comparar. Muchas personas pueden llevar ese nombre.
finding-HOLDER_OK = Quien la presentó ha firmado por ella, para esta ocasión.
finding-HOLDER_PROOF_MISSING = Pedimos una firma de quien la presenta, y no la hay.
finding-CHALLENGE_MISMATCH = La presentación responde a otra petición, no a la nuestra. Puede haberse hecho para otra persona y copiado.
finding-DOMAIN_MISMATCH = La presentación se hizo para otra parte, no para esta empresa.
finding-REFRESH_CURRENT = El emisor no tiene nada más reciente que esta credencial.
finding-REFRESH_NEWER = El emisor tiene una versión más reciente de esta credencial.
finding-REFRESH_UNREACHABLE = No pudimos averiguar si el emisor tiene una versión más reciente.
finding-REFRESH_INVALID = Lo que el servicio del emisor envió como versión más reciente no supera la comprobación. Se dejó de lado.
finding-ENDORSEMENT_OK = Un aval que supera la comprobación.
    .issuer = Un aval de { $issuer } que supera la comprobación.
finding-ENDORSEMENT_UNDECIDED = Un aval que no se pudo comprobar.
    .issuer = Un aval de { $issuer } que no se pudo comprobar.
finding-ENDORSEMENT_FAILED = Un aval que no se sostiene.
    .issuer = Un aval de { $issuer } que no se sostiene.
finding-JWT_CLAIM_ABSENT = El token omite datos que su perfil pide. Lo que dice concuerda con la credencial.
    .claims = El token omite datos que su perfil pide ({ $claims }). Lo que dice concuerda con la credencial.
finding-STATUS_LIST_SHORT = La lista del emisor es tan corta que consultarla puede revelar qué credencial se comprueba.
finding-STATUS_LIST_ELSEWHERE = La lista del emisor se llama con otra dirección que aquella donde se encontró.
finding-STATUS_LIST_UNSIGNED = La lista de credenciales retiradas no está firmada. Se tomó como llegó por una conexión segura.
finding-STATUS_AGED = La lista que dice si la credencial fue retirada no es del todo reciente.
finding-STATUS_MESSAGE = El emisor adjuntó un mensaje a la credencial.
    .message = El emisor dice: { $message }
finding-REFRESH_OFFERED = La lista del emisor dice que hay una versión más reciente de esta credencial.
finding-SUBJECT_DIFFERS = Esta credencial nombra a su titular con otro identificador que el expediente que la contiene.
finding-CREATOR_DIFFERS = El logro fue creado por alguien que no es quien lo otorga aquí.
    .creator = El logro fue creado por { $creator }, y aquí lo otorga otra parte.
finding-REGISTRY_UNREACHABLE = No se pudo preguntar a un registro de emisores si incluye a este emisor.
    .registry = No se pudo preguntar al registro «{ $registry }» si incluye a este emisor.
finding-REGISTRY_INVALID = Un registro de emisores respondió con algo en lo que no se puede confiar.
    .registry = El registro «{ $registry }» respondió con algo en lo que no se puede confiar.
finding-KEY_DOCUMENT_AGED = La lista de claves del emisor se obtuvo hace algún tiempo, porque no se pudo obtener de nuevo.
    .since = La lista de claves del emisor no se pudo obtener de nuevo; la utilizada se obtuvo en { $since }.
